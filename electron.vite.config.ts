import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { BUNDLED } from './scripts/package/bundled.mjs'
import { licenceModule } from './scripts/package/licence-module.mjs'

const at = (path: string) => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    build: {
      externalizeDeps: {
        // Vite cannot see an optional dependency that failed to compile, and would then try to bundle its import.
        include: ['unix-dgram'],
        exclude: BUNDLED,
      },
      outDir: 'out/main',
      target: 'node20.19',
      rollupOptions: {
        input: {
          index: at('src/main/index.ts'),
          headless: at('src/main/headless.ts'),
          journal: at('src/main/adapters/sqlite/thread.ts'),
          config: at('src/main/config-thread.ts'),
          demo: at('src/demo/index.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload may require nothing but electron: everything else is bundled into its one file.
      externalizeDeps: false,
      outDir: 'out/preload',
      rollupOptions: {
        input: { index: at('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    base: './',
    plugins: [vue(), licenceModule(at('scripts/package/licences.mjs'))],
    build: {
      outDir: 'out/renderer',
      target: 'chrome120',
      // Half of what a browser on a slow network would wait for; electron-vite leaves it out by itself.
      minify: true,
      rollupOptions: { input: at('src/renderer/index.html') },
    },
  },
})
