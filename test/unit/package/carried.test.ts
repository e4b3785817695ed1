import { expect, test } from 'vitest'
import { carried } from '../../../scripts/package/carried.mjs'

const sqlite = '@photostructure/sqlite/prebuilds'

test.each([
  ['fastify/lib/route.js', true],
  ['mime/types/standard.js', true],
  ['fastify/LICENSE', true],
  ['pino/benchmarks/LICENSE', true],
  ['ws/package.json', true],
  [`${sqlite}/linux-x64/@photostructure+sqlite.glibc.node`, true],
  [`${sqlite}/linux-arm64/@photostructure+sqlite.glibc.node`, false],
  [`${sqlite}/win32-x64/@photostructure+sqlite.glibc.node`, false],
  ['unix-dgram/build/Release/unix_dgram.node', true],
  ['unix-dgram/build/Release/obj.target/unix_dgram/src/unix_dgram.o', false],
  ['unix-dgram/src/unix_dgram.cc', false],
  ['nan/nan.h', false],
  ['nan/LICENSE.md', false],
  ['fastify/types/route.d.ts', false],
  ['pino/test/basic.test.js', false],
  ['yaml/README.md', false],
  ['yaml/dist/index.js', true],
])('%s: carried %s', (path, expected) => {
  expect(carried(path, 'linux-x64')).toBe(expected)
})
