/** Loads a bundle as Lambda does, in a process of its own, and says what it took; times are milliseconds. */
const startMs = performance.now();
const before = process.cpuUsage();
require(process.argv[2]);
const importMs = performance.now() - startMs;
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ startMs, importMs, importCpuMs: (user + system) / 1_000 }));
// What the function opened is its instance's for good.
process.exit(0);
