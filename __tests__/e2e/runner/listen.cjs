// Preloaded into the action, and by Node into its workers: notes whom it connects to, and every byte that it says to them, before TLS
// hides it. wire.ts copies this file into the folder that the notes belong in: a variable would be seen by the action.
const { openSync, writevSync } = require('node:fs');
const { Socket } = require('node:net');
const { Socket: Datagrams } = require('node:dgram');
const { join } = require('node:path');
const { threadId } = require('node:worker_threads');

let notes;
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
