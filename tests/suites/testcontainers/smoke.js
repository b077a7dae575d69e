// SPDX-License-Identifier: GPL-3.0-or-later
// testcontainers for Node as its manual shows it: each step prints "ok NAME" or "not ok NAME" and what went wrong.
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { GenericContainer, Network, Wait, getContainerRuntimeClient } = require('testcontainers');

const image = 'alpine:latest';
const text = (stream) => new Promise((done, failed) => {
  let all = '';
  stream.on('data', (piece) => { all += piece; });
  stream.on('end', () => done(all));
  stream.on('error', failed);
});
const web = () => new GenericContainer(image)
  .withCommand(['sh', '-c', 'mkdir /www; echo hello >/www/index.html; echo ready; exec httpd -f -v -p 8080 -h /www'])
  .withExposedPorts(8080);
const running = (container, use) => container.start().then((started) => use(started).finally(() => started.stop()));

const steps = {
  'finds the engine': async () => {
    const client = await getContainerRuntimeClient();
    assert.ok(client.info.containerRuntime.host);
  },
  'a published port and an HTTP wait': () => running(web().withWaitStrategy(Wait.forHttp('/index.html', 8080)), async (c) => {
    const answer = await fetch(`http://${c.getHost()}:${c.getMappedPort(8080)}/index.html`);
    assert.equal(await answer.text(), 'hello\n');
  }),
  'a wait for listening ports': () => running(web().withWaitStrategy(Wait.forListeningPorts()), async (c) => {
    assert.ok(c.getFirstMappedPort() > 0);
  }),
  'a wait for a log line': () => running(web().withWaitStrategy(Wait.forLogMessage('ready')), async (c) => {
    assert.match(await text(await c.logs({ tail: 10 }).then((s) => { setTimeout(() => s.destroy(), 1000); s.on('close', () => s.emit('end')); return s; })), /ready/);
  }),
  'a wait for health': () => running(web().withHealthCheck({ test: ['CMD-SHELL', 'wget -qO- http://127.0.0.1:8080/'], interval: 200, timeout: 2000, retries: 20 })
    .withWaitStrategy(Wait.forHealthCheck()), async (c) => {
    assert.ok(c.getId());
  }),
  'a wait for the end': () => running(new GenericContainer(image).withCommand(['true']).withWaitStrategy(Wait.forOneShotStartup()), async () => {}),
  'a wait that fails': async () => {
    await assert.rejects(new GenericContainer(image).withCommand(['sh', '-c', 'exit 3']).withWaitStrategy(Wait.forOneShotStartup()).start());
  },
  'a network and an alias': async () => {
    const network = await new Network().start();
    try {
      await running(web().withNetwork(network).withNetworkAliases('the-web').withWaitStrategy(Wait.forLogMessage('ready')), async (c) => {
        await running(new GenericContainer(image).withNetwork(network).withCommand(['sleep', '1000']), async (client) => {
          const asked = await client.exec(['wget', '-qO-', 'http://the-web:8080/index.html']);
          assert.deepEqual([asked.exitCode, asked.output], [0, 'hello\n']);
        });
        assert.ok(c.getNetworkNames().includes(network.getName()));
        assert.match(c.getIpAddress(network.getName()), /^\d+\./);
      });
    } finally {
      await network.stop();
    }
  },
  'exec': () => running(new GenericContainer(image).withCommand(['sleep', '1000']).withEnvironment({ A: 'b' }), async (c) => {
    const said = await c.exec(['sh', '-c', 'echo $A $C; pwd; echo err >&2; exit 3'], { workingDir: '/etc', env: { C: 'd' } });
    assert.equal(said.exitCode, 3);
    assert.equal(said.stdout, 'b d\n/etc\n');
    assert.equal(said.stderr, 'err\n');
    const user = await c.exec(['id', '-un'], { user: 'nobody' });
    assert.equal(user.output, 'nobody\n');
  }),
  'copies before the start': async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'smoke-'));
    fs.writeFileSync(path.join(folder, 'file'), 'from a file\n');
    await running(new GenericContainer(image).withCommand(['sleep', '1000'])
      .withCopyFilesToContainer([{ source: path.join(folder, 'file'), target: '/a/file' }])
      .withCopyDirectoriesToContainer([{ source: folder, target: '/b' }])
      .withCopyContentToContainer([{ content: 'some content', target: '/c', mode: 0o640 }]), async (c) => {
      const said = await c.exec(['sh', '-c', 'cat /a/file /b/file /c; stat -c %a /c']);
      assert.equal(said.output, 'from a file\nfrom a file\nsome content640\n');
    });
  },
  'copies while it runs': () => running(new GenericContainer(image).withCommand(['sleep', '1000']), async (c) => {
    await c.copyContentToContainer([{ content: 'later', target: '/tmp/later' }]);
    assert.equal((await c.exec(['cat', '/tmp/later'])).output, 'later');
    assert.ok((await text(await c.copyArchiveFromContainer('/tmp/later'))).includes('later'));
  }),
  'logs of both streams': async () => {
    let all = '';
    await running(new GenericContainer(image).withCommand(['sh', '-c', 'echo out; echo err >&2; echo ready; sleep 1000'])
      .withLogConsumer((stream) => stream.on('data', (line) => { all += line; })).withWaitStrategy(Wait.forLogMessage('ready')), async () => {
      for (let i = 0; i < 50 && !/out[^]*err|err[^]*out/.test(all); ++i)
        await new Promise((done) => setTimeout(done, 100));
    });
    assert.match(all, /out/);
    assert.match(all, /err/);
  },
  'limits, labels, user, tmpfs and a bind': async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'smoke-'));
    fs.chmodSync(folder, 0o755);
    fs.writeFileSync(path.join(folder, 'file'), 'bound');
    await running(new GenericContainer(image).withCommand(['sleep', '1000']).withLabels({ 'org.example': 'x' }).withUser('nobody')
      .withTmpFs({ '/scratch': 'rw,size=1m,mode=1777' }).withBindMounts([{ source: folder, target: '/bound', mode: 'ro' }])
      .withResourcesQuota({ memory: 0.0625, cpu: 0.5 }).withHostname('smoke').withExtraHosts([{ host: 'other', ipAddress: '1.2.3.4' }]), async (c) => {
      const said = await c.exec(['sh', '-c', 'id -un; touch /scratch/x && echo written; cat /bound/file; hostname; grep -c other /etc/hosts']);
      assert.equal(said.output, 'nobody\nwritten\nboundsmoke\n1\n');
      assert.equal(c.getLabels()['org.example'], 'x');
    });
  },
  'restart': () => running(web().withWaitStrategy(Wait.forHttp('/index.html', 8080)).withCommand(
    ['sh', '-c', 'mkdir -p /www; echo hello >/www/index.html; exec httpd -f -p 8080 -h /www']), async (c) => {
    await c.restart();
    const answer = await fetch(`http://${c.getHost()}:${c.getMappedPort(8080)}/index.html`);
    assert.equal(await answer.text(), 'hello\n');
  }),
  'builds from a Dockerfile': async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'smoke-'));
    fs.writeFileSync(path.join(folder, 'Dockerfile'), `FROM ${image}\nARG A\nRUN echo built $A >/made\nCMD ["sleep", "1000"]\n`);
    const built = await GenericContainer.fromDockerfile(folder).withBuildArgs({ A: 'b' }).build();
    await running(built, async (c) => assert.equal((await c.exec(['cat', '/made'])).output, 'built b\n'));
  },
  'commit': () => running(new GenericContainer(image).withCommand(['sleep', '1000']), async (c) => {
    await c.exec(['sh', '-c', 'echo kept >/kept']);
    const id = await c.commit({ repo: 'smoke', tag: '1', author: 'me', message: 'why' });
    await running(new GenericContainer(id).withCommand(['sleep', '1000']), async (again) => {
      assert.equal((await again.exec(['cat', '/kept'])).output, 'kept\n');
    });
  }),
  'nothing is left': async () => {
    const client = await getContainerRuntimeClient();
    const left = await client.container.list();
    assert.deepEqual(left.map((c) => c.Image), []);
  },
};

(async () => {
  for (const [name, step] of Object.entries(steps)) {
    if (process.argv.length > 2 && !process.argv.slice(2).some((word) => name.includes(word)))
      continue;
    try {
      await step();
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`not ok ${name}`);
      console.error(name, error);
    }
  }
  process.exit(0);
})();
