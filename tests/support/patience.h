// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace slipway::test
{

// How long to wait for what certainly comes, in milliseconds: as long as it may take on a busy machine.
constexpr int patience = 30'000;

} // namespace slipway::test

// <QTest>'s QTRY_… with that patience.
#define EVENTUALLY_VERIFY(expression) QTRY_VERIFY_WITH_TIMEOUT(expression, ::slipway::test::patience)
#define EVENTUALLY_VERIFY2(expression, message) QTRY_VERIFY2_WITH_TIMEOUT(expression, message, ::slipway::test::patience)
#define EVENTUALLY_COMPARE(actual, expected) QTRY_COMPARE_WITH_TIMEOUT(actual, expected, ::slipway::test::patience)
