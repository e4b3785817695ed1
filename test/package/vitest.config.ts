import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Apart from the other tests, because it needs Debian's packing tools: `npm run test:package` sees to them. */
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    name: 'package',
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/package/pack.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
