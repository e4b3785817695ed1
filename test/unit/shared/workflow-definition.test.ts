import { describe, expect, test } from 'vitest'
import { definitionMistake } from '../../../src/shared/workflow-definition.ts'

const node = (id: string): object => ({ id, type: 'task' })
const nodes = (...ids: string[]): object[] => ids.map(node)
const edges = (...pairs: string[]): object[] => pairs.map((pair) => ({ from: pair[0], to: pair[1] }))

describe('[O6] a workflow definition', () => {
  test.each([
    ['one node', { id: 'w', nodes: nodes('a') }],
    ['a line', { id: 'w', name: 'Line', nodes: nodes('a', 'b', 'c'), edges: edges('ab', 'bc') }],
    ['a diamond', { id: 'w', nodes: nodes('a', 'b', 'c', 'd'), edges: edges('ab', 'ac', 'bd', 'cd') }],
    ['the same edge twice', { id: 'w', nodes: nodes('a', 'b'), edges: edges('ab', 'ab') }],
    ['what is the engine’s own business', { id: 'w', nodes: [{ ...node('a'), retries: 3 }], version: [1] }],
    ['names that objects have', { id: '__proto__', nodes: nodes('constructor', '__proto__') }],
    ['as much as there may be', { id: 'w', nodes: nodes(...Array.from({ length: 200 }, (_, i) => `n${i}`)) }],
  ])('is right: %s', (_, definition) => expect(definitionMistake(definition)).toBeNull())

  test.each([
    [undefined, /^The definition must be object\.$/],
    [null, /^The definition must be object\.$/],
    ['w', /^The definition must be object\.$/],
    [[], /^The definition must .*\.$/],
    [{}, /^The definition must have required propert/],
    [{ id: '', nodes: nodes('a') }, /^\/id must not have fewer than 1 characters\.$/],
    [{ id: 'w', nodes: [] }, /^\/nodes must not have fewer than 1 items\.$/],
    [{ id: 'w', nodes: [{ id: 'a' }] }, /^\/nodes\/0 must have required properties type\.$/],
    [{ id: 'w', nodes: [node('x'.repeat(129))] }, /^\/nodes\/0\/id must not have more than 128 characters\.$/],
    [
      { id: 'w', nodes: nodes(...Array.from({ length: 201 }, (_, i) => `n${i}`)) },
      /^\/nodes must not have more than 200 items\.$/,
    ],
    [{ id: 'w', nodes: nodes('a', 'b', 'a') }, /^\/nodes\/2\/id: another node is called "a" already\.$/],
    [{ id: 'w', nodes: nodes('a'), edges: edges('ab') }, /^\/edges\/0: there is no node "b"\.$/],
    [{ id: 'w', nodes: nodes('a'), edges: edges('aa') }, /^\/edges: they run in a circle through "a"\.$/],
    [{ id: 'w', nodes: nodes('s', 'a', 'b', 'c'), edges: edges('sa', 'ab', 'bc', 'ca') }, /circle through "a"/],
  ])('is wrong, and where: %j', (definition, mistake) => expect(definitionMistake(definition)).toMatch(mistake))

  test('has a mistake of bounded length', () => {
    const long = { id: 'w', nodes: [{ id: 'a', type: 'x'.repeat(60_000) }] }
    expect(definitionMistake(long)?.length).toBeLessThanOrEqual(200)
  })

  test('of the greatest size is looked at in little time', () => {
    const ids = Array.from({ length: 200 }, (_, i) => `n${i}`)
    const all = Array.from({ length: 1_000 }, (_, i) => ({ from: `n${i % 199}`, to: `n${(i % 199) + 1}` }))
    expect(definitionMistake({ id: 'w', nodes: nodes(...ids), edges: all })).toBeNull()
  })
})
