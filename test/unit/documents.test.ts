import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TSchema } from 'typebox'
import { describe, expect, test } from 'vitest'
import { CLOSE_CODES } from '../../src/shared/close-codes.ts'
import { ERROR_CODES } from '../../src/shared/errors.ts'
import { FAMILIES } from '../../src/shared/family.ts'
import { REFUSALS } from '../../src/shared/health.ts'
import * as messages from '../../src/shared/messages.ts'
import { PROTOCOL_VERSION } from '../../src/shared/protocol.ts'
import { defaultConfigFile, defaultDataDir, type Option, OPTIONS } from '../../src/main/options.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8')

/** The cells of every table row in a text, without the heads. */
const rows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.includes('---'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )

/** The text from a heading to the next one of the same kind or above. */
function section(text: string, heading: string): string {
  const start = text.indexOf(`\n${heading}\n`)
  if (start < 0) throw new Error(`there is no "${heading}"`)
  const level = heading.split(' ')[0]?.length ?? 1
  const rest = text.slice(start + heading.length + 2)
  const end = rest.search(new RegExp(`^#{1,${level}} `, 'm'))
  return end < 0 ? rest : rest.slice(0, end)
}

const plain = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '')

/** A default as the documents write it. */
const atHome = (value: string): string =>
  value
    .replace(defaultDataDir(), defaultDataDir('linux', {}, '~'))
    .replace(defaultConfigFile(), defaultConfigFile('linux', {}, '~'))
    .replace(homedir(), '~')

describe('PROTOCOL.md', () => {
  const text = read('PROTOCOL.md')

  test('is about the version that the code speaks', () => {
    expect(text).toMatch(new RegExp(`^Version ${PROTOCOL_VERSION}\\.`, 'm'))
    expect(rows(section(text, '## Versions')).at(-1)?.[0]).toBe(String(PROTOCOL_VERSION))
  })

  test('lists every close code, and whether to try again', () => {
    const listed = rows(section(text, '### The end')).slice(1)
    expect(listed.map(([code, name, retry]) => [code, plain(name), retry])).toEqual(
      Object.entries(CLOSE_CODES)
        .map(([name, { code, retry }]) => [String(code), name, retry ? 'yes' : 'no'])
        .toSorted(([a], [b]) => Number(a) - Number(b)),
    )
  })

  test('lists every error code', () => {
    const listed = rows(section(text, '### What is wrong')).slice(1)
    expect(listed.map(([code]) => plain(code))).toEqual([...ERROR_CODES])
  })

  const table = (heading: string) =>
    new Map(
      rows(section(text, heading))
        .slice(1)
        .map(([type, fields]) => [plain(type), plain(fields)]),
    )
  const schemas = (union: { anyOf: TSchema[] }): { type: string; fields: string[] }[] =>
    union.anyOf.flatMap((each) => {
      if ('anyOf' in each) return schemas(each as { anyOf: TSchema[] })
      const { properties, required } = each as unknown as {
        properties: Record<string, { const?: string }>
        required: string[]
      }
      const fields = Object.keys(properties).filter((key) => key !== 'type')
      return [
        {
          type: properties['type']?.const ?? '',
          fields: fields.map((key) => (required.includes(key) ? key : `${key}?`)),
        },
      ]
    })

  test.each([
    ['### Messages from the viewer', messages.ClientMessageSchema],
    ['### Messages from the panel', messages.ServerMessageSchema],
  ])('%s: lists every message with its fields', (heading, union) => {
    const listed = table(heading)
    const defined = schemas(union)
    expect([...listed.keys()].toSorted()).toEqual([...new Set(defined.map(({ type }) => type))].toSorted())
    const described = (type: string): string[] =>
      (listed.get(type) ?? '')
        .replaceAll(/: \{[^}]*\}/g, '')
        .split(', ')
        .filter((field) => field !== '–')
    for (const { type, fields } of defined) {
      // A reply is one of two: one brings what was asked for, the other an error.
      const expected = type === 'reply' ? ['id', 'ok', 'command?', 'commands?', 'at?', 'devices?', 'error?'] : fields
      expect([type, ...described(type).toSorted()]).toEqual([type, ...expected.toSorted()])
    }
  })

  test('names every family of events and every reason to refuse a datagram', () => {
    for (const family of FAMILIES) expect(section(text, '### Channels')).toContain(`\`${family}\``)
    for (const refusal of REFUSALS) expect(section(text, '## Datagrams')).toContain(`\`${refusal}\``)
  })

  test('has every rule once, and every rule that a test cites', () => {
    const rules = [...text.matchAll(/^- \*\*\[([A-Z]\d+)\]\*\*/gm)].map(([, id]) => id)
    expect(new Set(rules).size).toBe(rules.length)
    const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    const cited = files
      .filter((file) => file.endsWith('.test.ts') || file.endsWith('.spec.ts'))
      .flatMap((file) => [...read(join('test', file)).matchAll(/^.*\[[A-Z]\d+\].*$/gm)].map(([line]) => line))
      .flatMap((line) => [...line.matchAll(/\[([A-Z]\d+)\]/g)].map(([, id]) => id))
    expect(cited.filter((id) => !rules.includes(id))).toEqual([])
    const untested = rules.filter((id) => !cited.includes(id))
    expect(untested).toEqual([])
  })
})

describe('README.md', () => {
  const text = read('README.md')

  test('has a quick start of exactly two commands', () => {
    const commands = [...section(text, '## Quick start').matchAll(/```sh\n(.*)\n```/g)].map(([, command]) => command)
    expect(commands).toEqual(['npm ci && npm run demo', 'npm ci && npm test'])
  })

  test('lists every option as --help does', () => {
    const listed = rows(section(text, '### Options')).slice(1)
    expect(listed).toEqual(
      OPTIONS.map((option: Option) => [
        `\`--${option.flag}${option.value === undefined ? '' : ` ${option.value}`}\``,
        option.key === undefined ? '–' : `\`${option.key}\``,
        option.text,
        option.default === '' ? '–' : atHome(option.default),
      ]),
    )
  })

  test('names only commands that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = [...`${text}${read('CONTRIBUTING.md')}`.matchAll(/npm run ([a-z0-9:]+)/g)].map(
      ([, name]) => name ?? '',
    )
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })
})

test('CONTRIBUTING.md and README.md name only files that are there', () => {
  const named = ['CONTRIBUTING.md', 'README.md', 'PROTOCOL.md'].flatMap((name) =>
    [...read(name).matchAll(/`((?:src|test|scripts)\/[\w/.-]+)`/g)].map(([, path]) => path ?? ''),
  )
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

test('CHANGELOG.md begins with the version of package.json', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string }
  expect(read('CHANGELOG.md')).toMatch(new RegExp(`^## \\[${version}\\]`, 'm'))
})
