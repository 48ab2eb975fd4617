'use strict';
/**
 * What a function's handler is loaded from: its bundle `function.cjs`, and the code that V8 made of it in `function.<arch>.cache`
 * (V8's code cache: compiling takes longer than all else that a function starts with). A cache is used when it is of this very bundle,
 * whose hash it begins with, as V8 itself compares lengths alone; one of another V8 or of other flags V8 rejects. Without a cache that
 * serves, the bundle is compiled as any module is. Run by itself, `node index.cjs` makes the cache and ends.
 */
const { hash } = require('node:crypto');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { Script, constants } = require('node:vm');

const HASH_BYTES = 32;
const filename = path.join(__dirname, 'function.cjs');
const cacheFile = path.join(__dirname, `function.${process.arch}.cache`);
const source = readFileSync(filename);
const hashOfSource = hash('sha256', source, 'buffer');
const making = require.main === module;

const script = new Script(
  `(function (exports, require, module, __filename, __dirname) {${source.toString()}\n})`,
  {
    filename,
    cachedData: making ? undefined : cachedCode(),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  },
);
if (script.cachedDataRejected === true)
  say('its code cache was made by another Node, or one with other flags');
script.runInThisContext().call(exports, exports, require, module, filename, __dirname);

if (making) {
  // After the start, so that what was compiled by running is in it.
  writeFileSync(cacheFile, Buffer.concat([hashOfSource, script.createCachedData()]));
  process.exit(0);
}

function cachedCode() {
  if (!existsSync(cacheFile)) return undefined;
  const cache = readFileSync(cacheFile);
  if (hashOfSource.equals(cache.subarray(0, HASH_BYTES))) return cache.subarray(HASH_BYTES);
  say('its code cache is of another bundle');
  return undefined;
}

/** A line of the function's log, as its logger writes them. */
function say(why) {
  const msg = `compiled at the start: ${why}`;
  process.stdout.write(`${JSON.stringify({ level: 'info', time: new Date().toISOString(), msg })}\n`);
}
