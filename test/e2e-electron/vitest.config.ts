import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Apart from the other tests, because it needs an Electron: `npm run test:electron` looks for one and starts it. */
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    name: 'electron',
    include: ['test/e2e-electron/**/*.spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
})
