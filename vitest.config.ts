import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: {
      '@pcrl/torch/reading': source('packages/torch/src/reading.ts'),
      '@pcrl/torch/random': source('packages/torch/src/random/index.ts'),
      '@pcrl/torch': source('packages/torch/src/index.ts'),
      pcrl: source('packages/pcrl/src/index.ts'),
    },
  },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'scripts/test/**/*.test.mjs'],
    pool: 'forks',
    // Loader threads start from TypeScript sources under test.
    execArgv: ['--import', source('scripts/typescript-in-threads.mjs')],
    env: { OMP_WAIT_POLICY: 'PASSIVE' },
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
