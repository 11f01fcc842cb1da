// Preloaded where there are no signals (Windows): what Ctrl+C does to a Node process, asked for by a message. The runner sends a real
// Ctrl+C there, which only reaches processes of its own console.
process.on('message', (message) => {
  if (message === 'SIGINT' && !process.emit('SIGINT', 'SIGINT')) process.exit(0xc000013a);
});
// Listening must not keep the process alive.
process.channel.unref();
