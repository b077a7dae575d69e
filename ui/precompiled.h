// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Compiled once for the whole window: what nearly every file of ui includes, and what costs most to read.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <QApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "client/engine_client.h"
