// Prints {out, dialect, table, schema} of a drizzle.config file as JSON; never its credentials, and nothing connects.
// Arguments: the folder of drizzle-kit, the configuration file. Bundles it with drizzle-kit's own esbuild, as drizzle-kit does.
"use strict";
const { createRequire } = require("node:module");
const { pathToFileURL } = require("node:url");
const Module = require("node:module");
const path = require("node:path");

const [kit, file] = process.argv.slice(2);
const esbuild = createRequire(path.join(kit, "bin.cjs"))("esbuild");
const built = esbuild.buildSync({
  entryPoints: [file],
  bundle: true,
  write: false,
  format: "cjs",
  platform: "node",
  packages: "external",
  logLevel: "silent",
  define: { "import.meta.url": JSON.stringify(pathToFileURL(file).href), "import.meta.dirname": JSON.stringify(path.dirname(file)) },
});
const loaded = new Module(file);
loaded.filename = file;
loaded.paths = Module._nodeModulePaths(path.dirname(file));
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // what a configuration prints is not ours
loaded._compile(built.outputFiles[0].text, file);
const config = loaded.exports.default ?? loaded.exports;
const said = { out: config.out, dialect: config.dialect, table: config.migrations?.table, schema: config.migrations?.schema };
write(`\nrecoverable:${JSON.stringify(said)}\n`);
