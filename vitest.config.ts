import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const project = (name: string, timeout: number) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: timeout, hookTimeout: timeout },
})

export default defineConfig({
  plugins: [vue()],
  test: {
    passWithNoTests: false,
    // Most of a test is waiting: for processes that start, for pages that load. Nothing is shared between files.
    maxWorkers: 2,
    projects: [
      project('unit', 10_000),
      project('integration', 30_000),
      project('fuzz', 120_000),
      project('e2e', 60_000),
    ],
  },
})
