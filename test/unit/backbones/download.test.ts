/** Downloads from a server on the loopback interface that behaves badly in every way we know. */
import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { existsSync, symlinkSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { download, type Download } from '../../../src/engine/backbones/download/download.ts';
import { CancelledError, HeadwayError } from '../../../src/shared/errors.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { breakAfter, loopback, serveFile } from './loopback.ts';

const content = randomBytes(300_000);
const wanted = { sha256: hash('sha256', content, 'hex'), bytes: content.length, retryMs: 1, env: {} };

const job = (folder: { path: string }, urls: readonly string[], more: Partial<Download> = {}): Download => ({
  ...wanted,
  urls,
  file: path.join(folder.path, 'model.onnx'),
  ...more,
});

const isError = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof HeadwayError && error.code === code && pattern.test(error.message);

test('a file arrives whole, with progress, and nothing else stays', async () => {
  using folder = temporaryFolder();
  await using server = await loopback((request, response) => serveFile(request, response, content));
  const reports: number[] = [];
  await download(job(folder, [`${server.url}/a`], { onProgress: done => reports.push(done) }));
  assert.deepEqual(await readFile(path.join(folder.path, 'model.onnx')), content);
  assert.deepEqual(await readdir(folder.path), ['model.onnx']);
  assert.equal(reports.at(-1), content.length);
});

test('a broken connection is resumed where it broke', async () => {
  using folder = temporaryFolder();
  await using server = await loopback((request, response) => {
    if (server.requests.length === 1) breakAfter(response, content, 100_000);
    else serveFile(request, response, content);
  });
  await download(job(folder, [`${server.url}/a`]));
  assert.deepEqual(await readFile(path.join(folder.path, 'model.onnx')), content);
  assert.equal(server.requests.length, 2);
  const from = Number(/^bytes=(\d+)-$/.exec(server.requests[1]?.range ?? '')?.[1]);
  assert.ok(from > 0 && from <= 100_000, String(from));
  assert.equal(server.requests[1]?.ifRange, '"1"');
});

test('a file that changed on the server meanwhile begins anew', async () => {
  using folder = temporaryFolder();
  await using server = await loopback((request, response) => {
    if (server.requests.length === 1) breakAfter(response, randomBytes(content.length), 100_000, '"old"');
    else serveFile(request, response, content, '"new"');
  });
  await download(job(folder, [`${server.url}/a`]));
  assert.deepEqual(await readFile(path.join(folder.path, 'model.onnx')), content);
  assert.equal(server.requests[1]?.ifRange, '"old"');
});

test('a cancelled download goes on in a later call', async () => {
  using folder = temporaryFolder();
  const stop = new AbortController();
  await using server = await loopback((request, response) => {
    if (server.requests.length > 1) {
      serveFile(request, response, content);
      return;
    }
    response.writeHead(200, { etag: '"1"', 'content-length': content.length });
    response.write(content.subarray(0, 150_000));
  });
  const urls = [`${server.url}/a`];
  const onProgress = (done: number): void => {
    if (done === 150_000) setTimeout(() => stop.abort(), 20);
  };
  await assert.rejects(download(job(folder, urls, { signal: stop.signal, onProgress })), CancelledError);
  assert.ok(!existsSync(path.join(folder.path, 'model.onnx')));
  await download(job(folder, urls));
  assert.equal(server.requests[1]?.range, 'bytes=150000-');
  assert.deepEqual(await readFile(path.join(folder.path, 'model.onnx')), content);
});

test('a file with another hash is thrown away, and the next mirror is asked', async () => {
  using folder = temporaryFolder();
  const other = randomBytes(content.length);
  await using server = await loopback((request, response) =>
    serveFile(request, response, request.url === '/bad' ? other : content),
  );
  await assert.rejects(
    download(job(folder, [`${server.url}/bad`])),
    isError('data', /SHA-256 [0-9a-f]{12}… instead of/),
  );
  assert.deepEqual(await readdir(folder.path), []);
  await download(job(folder, [`${server.url}/bad`, `${server.url}/good`]));
  assert.deepEqual(await readFile(path.join(folder.path, 'model.onnx')), content);
});

test('a file of another size is refused, whether the server says so or not', async () => {
  using folder = temporaryFolder();
  const large = randomBytes(content.length + 50_000);
  await using server = await loopback((request, response) => {
    if (request.url === '/said') serveFile(request, response, large);
    else if (request.url === '/unsaid') response.writeHead(200).end(large);
    else if (request.url === '/short') response.writeHead(200).end(content.subarray(0, 1000));
    else response.writeHead(404).end('none');
  });
  const fails = (name: string, code: string, pattern: RegExp) =>
    assert.rejects(download(job(folder, [`${server.url}/${name}`])), isError(code, pattern));
  await fails('said', 'data', /has 350000 bytes instead of 300000/);
  await fails('unsaid', 'data', /more than the 300000 bytes/);
  assert.deepEqual(await readdir(folder.path), []);
  await fails('short', 'io', /ended early/);
  await fails('none', 'io', /status 404/);
});

test('redirects are followed, but not for ever', async () => {
  using folder = temporaryFolder();
  await using server = await loopback((request, response) => {
    const to = { '/once': '/file', '/loop': '/loop', '/away': 'ftp://elsewhere/x' }[request.url!];
    if (to === undefined) serveFile(request, response, content);
    else response.writeHead(302, { location: to }).end('moved');
  });
  await assert.rejects(download(job(folder, [`${server.url}/loop`])), isError('io', /redirects more than 5 times/));
  assert.equal(server.requests.length, 6);
  await assert.rejects(download(job(folder, [`${server.url}/away`])), isError('io', /not secure/));
  await download(job(folder, [`${server.url}/once`]));
  assert.deepEqual(await readFile(path.join(folder.path, 'model.onnx')), content);
});

test('a server that falls silent is left for the next mirror', async () => {
  using folder = temporaryFolder();
  await using server = await loopback((request, response) => {
    if (request.url === '/good') serveFile(request, response, content);
    // One answers with half of it and then no more, the other not at all.
    else if (request.url === '/half') {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000));
    }
  });
  const slow = { stallMs: 100 };
  await assert.rejects(download(job(folder, [`${server.url}/half`], slow)), isError('io', /nothing for too long/));
  await assert.rejects(download(job(folder, [`${server.url}/none`], slow)), isError('io', /nothing for too long/));
  await download(job(folder, [`${server.url}/half`, `${server.url}/good`], slow));
  assert.deepEqual(await readFile(path.join(folder.path, 'model.onnx')), content);
});

test('no mirror at all: each is named with its reason', async () => {
  using folder = temporaryFolder();
  const urls = ['http://127.0.0.1:9/a', 'http://127.0.0.1:10/b'];
  await assert.rejects(download(job(folder, urls)), isError('io', /127\.0\.0\.1:9: .+; 127\.0\.0\.1:10: .+import/));
});

test(
  'a full disk ends the download with what to do',
  { skip: !existsSync('/dev/full') && 'needs /dev/full' },
  async () => {
    using folder = temporaryFolder();
    await using server = await loopback((request, response) => serveFile(request, response, content));
    symlinkSync('/dev/full', path.join(folder.path, 'model.onnx.part'));
    await assert.rejects(
      download(job(folder, [`${server.url}/a`])),
      isError('io', /no room for model\.onnx .*free some/),
    );
    const huge = { bytes: Number.MAX_SAFE_INTEGER };
    using empty = temporaryFolder();
    await assert.rejects(download(job(empty, [`${server.url}/a`], huge)), isError('io', /no room/));
    assert.equal(server.requests.length, 1, 'what cannot fit is not even asked for');
  },
);

test('the proxy of the environment is used, except where NO_PROXY says otherwise', async () => {
  using folder = temporaryFolder();
  await using server = await loopback((request, response) => serveFile(request, response, content));
  await using proxy = await loopback((_, response) => response.writeHead(500).end());
  const tunnels: string[] = [];
  proxy.server.on('connect', (request, socket: Socket) => {
    tunnels.push(request.url!);
    const target = connect(Number(new URL(server.url).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    for (const end of [target, socket]) end.on('error', () => undefined);
    socket.on('close', () => target.destroy());
  });
  await download(job(folder, ['http://models.invalid/a'], { env: { HTTP_PROXY: proxy.url } }));
  assert.deepEqual(tunnels, ['models.invalid:80']);
  assert.deepEqual(await readFile(path.join(folder.path, 'model.onnx')), content);
  await download(job(folder, [`${server.url}/a`], { env: { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' } }));
  assert.equal(tunnels.length, 1);
  await assert.rejects(
    download(job(folder, [], { env: { HTTPS_PROXY: 'nonsense' } })),
    isError('invalid', /"nonsense"/),
  );
});

test('a leftover of an earlier version of the program does no harm', async () => {
  using folder = temporaryFolder();
  await using server = await loopback((request, response) => serveFile(request, response, content));
  await writeFile(path.join(folder.path, 'model.onnx.part'), randomBytes(400_000));
  await writeFile(path.join(folder.path, 'model.onnx.part.json'), '{"url"');
  await download(job(folder, [`${server.url}/a`]));
  assert.deepEqual(await readFile(path.join(folder.path, 'model.onnx')), content);
});
