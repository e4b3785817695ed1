import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { format } from 'prettier'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/schema'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ROSTER } from '../../../src/demo/roster.ts'
import { checkConfigFile, ConfigFileSchema } from '../../../src/main/config-file.ts'
import { templateOf } from '../../../src/shared/machine.ts'

const BUILD = resolve(import.meta.dirname, '../../../build')
const PUBLISHED = resolve(BUILD, 'plant.schema.json')
const EXAMPLE = resolve(BUILD, 'andon.example.yaml')

interface Shape {
  readonly title?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
}

/** Every key of a schema with its path, and the schema of its value. */
function keysOf(shape: Shape, path = ''): (readonly [string, Shape])[] {
  const inside = [
    ...Object.values(shape.patternProperties ?? {}).map((each) => [`${path}.*`, each] as const),
    ...(shape.items ? [[`${path}[]`, shape.items] as const] : []),
    ...(shape.anyOf ?? []).map((each, index) => [`${path}|${index}`, each] as const),
  ]
  const own = Object.entries(shape.properties ?? {}).map(([key, each]) => [`${path}.${key}`, each] as const)
  return [...own, ...[...own, ...inside].flatMap(([at, each]) => keysOf(each, at))]
}

describe('the published schema', () => {
  test('is what the panel checks against', async () => {
    const text = await format(JSON.stringify(ConfigFileSchema), { parser: 'json', printWidth: 120 })
    if (process.env['UPDATE_PLANT_SCHEMA'] === '1') writeFileSync(PUBLISHED, text)
    expect(
      readFileSync(PUBLISHED, 'utf8'),
      'To write it anew: UPDATE_PLANT_SCHEMA=1 npx vitest run test/unit/main/plant-schema.test.ts',
    ).toBe(text)
  })

  test('names its draft and itself, and has a title and a description for every key', () => {
    const schema = JSON.parse(readFileSync(PUBLISHED, 'utf8')) as Shape
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: expect.any(String) as string,
    })
    const keys = keysOf(schema)
    expect(keys.length).toBeGreaterThan(60)
    expect(keys.filter(([, { title, description }]) => !title || !description).map(([path]) => path)).toEqual([])
  })
})

describe('the example', () => {
  const text = readFileSync(EXAMPLE, 'utf8')
  const uncommented = text.replaceAll(/^(\s*)#(?=(?: {2})*[^\s#])/gm, '$1')

  test('says where editors find the schema', () => {
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./plant.schema.json')
  })

  test.each([
    ['as it stands', text],
    ['with everything uncommented', uncommented],
  ])('is good, %s', (_how, yaml) => {
    expect(checkConfigFile(yaml, EXAMPLE).warnings).toEqual([])
    const published = JSON.parse(readFileSync(PUBLISHED, 'utf8')) as TSchema
    expect(Compile(published).Check(parse(yaml, { merge: true }))).toBe(true)
  })

  test('shows every key there is', () => {
    const missing = keysOf(ConfigFileSchema as Shape)
      .map(([path]) => path.split('.').at(-1) ?? '')
      .filter((key) => !new RegExp(`(^|[\\s{])${key}:`, 'm').test(uncommented))
    expect(missing).toEqual([])
  })

  test('describes every machine of the demo plant and no other', () => {
    const described = Object.keys(checkConfigFile(text, EXAMPLE).file.machines ?? {})
    const programs = ROSTER.map(({ machine }) => machine)
    for (const machine of programs)
      expect([machine, templateOf(machine)].some((name) => described.includes(name ?? ''))).toBe(true)
    for (const name of described)
      expect(programs.some((machine) => machine === name || templateOf(machine) === name)).toBe(true)
  })
})
