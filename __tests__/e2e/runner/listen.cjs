// Preloaded into the action, and by Node into its workers: notes whom it connects to, and every byte that it says to them, before TLS
// hides it; and keeps the files that it removes, which nobody could look into afterwards. wire.ts copies this file into the folder that the notes belong in: a variable would be seen by the action.
const fs = require('node:fs');
const { Socket } = require('node:net');
const { Socket: Datagrams } = require('node:dgram');
const { syncBuiltinESMExports } = require('node:module');
const { join } = require('node:path');
const { threadId } = require('node:worker_threads');

const { lstatSync, openSync, readdirSync, readFileSync, writeFileSync, writevSync } = fs;
let notes;
let kept = 0;
let sockets = 0;
const numbers = new WeakMap();

/** One record: kind, number of the socket, length in bytes; a line feed; the bytes. */
function note(kind, socket, bytes) {
  notes ??= openSync(join(__dirname, `${process.pid}-${threadId}.wire`), 'a');
  writevSync(notes, [Buffer.from(`${kind} ${numberOf(socket)} ${bytes.length}\n`), bytes]);
}

function numberOf(socket) {
  if (!numbers.has(socket)) {
    sockets += 1;
    numbers.set(socket, sockets);
  }
  return numbers.get(socket);
}

function noteBytes(socket, chunk, encoding) {
  if (socket.fd === 1 || socket.fd === 2) return;
  // TLS through a tunnel: nobody called connect on it, and whom it speaks to is what the tunnel was asked for.
  if (!numbers.has(socket) && socket._parent) note('over', socket, Buffer.from(String(numberOf(socket._parent))));
  note('said', socket, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
}

const { connect, _write, _writev } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  const { host, port, path } =
    typeof first === 'object' ? first : { port: first, host: typeof second === 'string' ? second : undefined };
  note('to', this, Buffer.from(path ?? `${host ?? 'localhost'}:${port}`));
  return connect.apply(this, args);
};
Socket.prototype._write = function (chunk, encoding, done) {
  noteBytes(this, chunk, encoding);
  return _write.call(this, chunk, encoding, done);
};
Socket.prototype._writev = function (chunks, done) {
  for (const { chunk, encoding } of chunks) noteBytes(this, chunk, encoding);
  return _writev.call(this, chunks, done);
};
const { send } = Datagrams.prototype;
Datagrams.prototype.send = function (...args) {
  note('to', this, Buffer.from(args.filter((arg) => /^(string|number)$/.test(typeof arg)).join(':')));
  for (const piece of [args[0]].flat()) note('said', this, Buffer.from(piece));
  return send.apply(this, args);
};

/** A file that goes, by its path and content. */
function keep(path) {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) for (const name of readdirSync(path)) keep(join(path, name));
  if (!stat?.isFile()) return;
  kept += 1;
  const copy = join(__dirname, `${process.pid}-${threadId}-${kept}.gone`);
  writeFileSync(copy, Buffer.concat([Buffer.from(`${path}\n`), readFileSync(path)]));
}

for (const owner of [fs, fs.promises]) {
  for (const name of ['rm', 'rmSync', 'rmdir', 'rmdirSync', 'unlink', 'unlinkSync'].filter((name) => name in owner)) {
    const remove = owner[name];
    owner[name] = function (path, ...rest) {
      try {
        keep(String(path));
      } catch {
        // No rights to it, or no room for a copy: the action must not fail for it.
      }
      return remove.call(this, path, ...rest);
    };
  }
}
syncBuiltinESMExports();
