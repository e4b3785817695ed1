import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  browserGlobals,
  circles,
  forbiddenArrows,
  importsOf,
  mayKnowElectron,
  type Sources,
} from '../support/house-rules.ts'

const ROOT = resolve(import.meta.dirname, '../..')

function read(folder: string): Sources {
  const files = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|vue)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  return new Map(files.map((file) => [relative(ROOT, file).split(sep).join('/'), readFileSync(file, 'utf8')]))
}

const check = (files: Readonly<Record<string, string>>): string[] => forbiddenArrows(new Map(Object.entries(files)))

describe('the house', () => {
  const sources = read('src')
  const within = (...rooms: readonly string[]): Sources =>
    new Map([...sources].filter(([file]) => rooms.some((room) => file.startsWith(`src/${room}/`))))

  test('nobody imports what the table of rooms does not allow', () => {
    expect(sources.size).toBeGreaterThan(100)
    expect(forbiddenArrows(sources)).toEqual([])
  })

  test('no circle is left when types are gone', () => {
    expect(circles(sources)).toEqual([])
  })

  test('only Electron’s own corner knows Electron, not even its types', () => {
    const knowing = [...sources].filter(([file, text]) =>
      importsOf(file, text).some((each) => each.specifier === 'electron'),
    )
    expect(knowing.map(([file]) => file).filter((file) => !mayKnowElectron(file))).toEqual([])
  })

  test('in the panel only one adapter loads unix-dgram', () => {
    const naming = [...within('main', 'core', 'shared', 'client')].filter(([, text]) => /['"]unix-dgram/.test(text))
    expect(naming.map(([file]) => file)).toEqual(['src/main/adapters/unix-binding.ts'])
  })

  test('core and shared touch nothing of a browser', () => {
    expect(browserGlobals(within('core', 'shared'))).toEqual([])
  })

  test('every file is named in kebab-case', () => {
    const odd = [...sources.keys()].filter((file) => !/^src(\/[a-z0-9]+(-[a-z0-9]+)*)+(\.d)?\.(ts|vue)$/.test(file))
    expect(odd).toEqual([])
  })
})

describe('the checker of the house', () => {
  test('sees every way of importing', () => {
    const text = `
      import a, { type T } from './a.ts'
      import type { B } from './b.ts'
      import { type C, type D } from './c.ts'
      import './d.ts'
      export * from './e.ts'
      export type { F } from './f.ts'
      const g = import('./g.ts')
      const h = require('./h.ts')
      type I = import('./i.ts').I
      import {} from './j.ts'
      // import './not-this.ts'
      const text = "import './nor-this.ts'"`
    expect(importsOf('src/core/x.ts', text)).toEqual([
      { specifier: './a.ts', typeOnly: false },
      { specifier: './b.ts', typeOnly: true },
      { specifier: './c.ts', typeOnly: true },
      { specifier: './d.ts', typeOnly: false },
      { specifier: './e.ts', typeOnly: false },
      { specifier: './f.ts', typeOnly: true },
      { specifier: './g.ts', typeOnly: false },
      { specifier: './h.ts', typeOnly: false },
      { specifier: './i.ts', typeOnly: true },
      { specifier: './j.ts', typeOnly: false },
    ])
  })

  test('sees the scripts of a component', () => {
    const text = `<script lang="ts">import './a.ts'</script>
      <script setup lang="ts">import B from './b.vue'</script>
      <template><p>import './c.ts'</p></template>`
    expect(importsOf('src/renderer/x.vue', text).map(({ specifier }) => specifier)).toEqual(['./a.ts', './b.vue'])
  })

  test.each([
    ['src/shared/a.ts', `import '../core/b.ts'`],
    ['src/shared/a.ts', `import 'node:path'`],
    ['src/shared/a.ts', `import type { T } from 'vue'`],
    ['src/core/a.ts', `import type { T } from '../main/b.ts'`],
    ['src/core/a.ts', `import '../client/b.ts'`],
    ['src/core/a.ts', `import { WebSocket } from 'ws'`],
    ['src/core/a.ts', `import 'fastify'`],
    ['src/core/a.ts', `import 'electron'`],
    ['src/core/a.ts', `import 'node:fs'`],
    ['src/client/a.ts', `import '../renderer/b.ts'`],
    ['src/client/a.ts', `import 'vue'`],
    ['src/main/a.ts', `import '../client/b.ts'`],
    ['src/main/a.ts', `import type { App } from 'electron'`],
    ['src/main/adapters/a.ts', `import { app } from 'electron'`],
    ['src/main/a.ts', `import '../renderer/b.ts'`],
    ['src/main/a.ts', `import '../demo/b.ts'`],
    ['src/preload/a.ts', `import '../shared/event.ts'`],
    ['src/preload/a.ts', `import 'node:fs'`],
    ['src/renderer/a.ts', `import '../core/b.ts'`],
    ['src/renderer/a.vue', `<script setup lang="ts">import '../main/b.ts'</script>`],
    ['src/renderer/a.ts', `import 'electron'`],
    ['src/renderer/a.ts', `const b = import('node:fs')`],
    ['src/demo/a.ts', `import '../core/b.ts'`],
    ['src/demo/a.ts', `import '../../test/support/b.ts'`],
    ['src/attic/a.ts', ''],
  ])('%s may not hold %s', (file, text) => {
    expect(check({ [file]: text })).toHaveLength(1)
  })

  test.each([
    ['src/shared/a.ts', `import Type from 'typebox'; import './b.ts'`],
    ['src/core/a.ts', `import { Compile } from 'typebox/compile'; import '../shared/b.ts'`],
    ['src/client/a.ts', `import '../shared/b.ts'`],
    ['src/main/electron/a.ts', `import { app } from 'electron'; import '../../core/b.ts'`],
    ['src/main/index.ts', `import 'electron'`],
    [
      'src/main/adapters/a.ts',
      `import '@fastify/static'; import 'node:fs'; import { version } from '../../../package.json'`,
    ],
    ['src/preload/index.ts', `import '../shared/bridge.ts'; import 'electron'`],
    ['src/renderer/a.vue', `<script setup lang="ts">import '../client/b.ts'; import 'vue'</script>`],
    ['src/demo/a.ts', `import 'node:fs'; import '../shared/b.ts'`],
  ])('%s may hold %s', (file, text) => {
    expect(check({ [file]: text })).toEqual([])
  })

  test('finds circles, but not those of types alone', () => {
    const files = {
      'src/core/a.ts': `import './b.ts'`,
      'src/core/b.ts': `import { c } from './c.ts'`,
      'src/core/c.ts': `import './a.ts'`,
      'src/core/d.ts': `import './a.ts'; import type { E } from './e.ts'`,
      'src/core/e.ts': `import './d.ts'`,
      'src/core/f.ts': `import './f.ts'`,
    }
    expect(circles(new Map(Object.entries(files)))).toEqual([
      'src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts',
      'src/core/f.ts → src/core/f.ts',
    ])
  })

  test('finds the browser’s globals, but not properties of that name', () => {
    const files = {
      'src/core/a.ts': `const a = { window: 1 }; a.window; interface B { document: number }; localStorage.x`,
    }
    expect(browserGlobals(new Map(Object.entries(files)))).toEqual(['src/core/a.ts: localStorage'])
  })
})
