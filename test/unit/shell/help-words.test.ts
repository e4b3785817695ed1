import { expect, test } from 'vitest'
import type { Written } from '../../../src/main/diagnose/written.ts'
import { HELP_WORDS, type HelpWords } from '../../../src/main/shell/help-words.ts'
import type { FileProblem, Handing } from '../../../src/main/shell/update-file.ts'
import type { Hindrance, UpdateState } from '../../../src/main/shell/update-rules.ts'

const version = '0.2.0'
const file = '/packages/andon.deb'

/** Everything there is to say; the types say where something is missing. */
const STATES: { readonly [Kind in UpdateState['kind']]: Extract<UpdateState, { kind: Kind }> } = {
  off: { kind: 'off' },
  unknown: { kind: 'unknown' },
  current: { kind: 'current' },
  unable: { kind: 'unable' },
  found: { kind: 'found', version },
  loading: { kind: 'loading', version },
  ready: { kind: 'ready', version },
  failed: { kind: 'failed', reason: 'ENOTFOUND' },
}
const HINDRANCES: readonly Hindrance[] = [
  { kind: 'nothing' },
  { kind: 'kiosk' },
  { kind: 'commands', count: 1 },
  { kind: 'commands', count: 2 },
  { kind: 'controlled', count: 1 },
  { kind: 'controlled', count: 2 },
]
const PROBLEMS: readonly FileProblem[] = [
  { kind: 'missing', file },
  { kind: 'undescribed', file },
  { kind: 'damaged', file, version },
]
const HANDINGS: readonly Handing[] = [
  { kind: 'command', command: 'sudo apt install' },
  { kind: 'replace', command: 'chmod +x' },
  { kind: 'unpack' },
  { kind: 'foreign' },
]
const WRITTEN: readonly Written[] = [
  { kind: 'written', file, refused: null },
  { kind: 'written', file, refused: 'line 1: port' },
  { kind: 'unwritable', file, why: null },
  { kind: 'unwritable', file, why: 'ENOSPC' },
]

function texts(words: HelpWords): string[] {
  return [
    ...Object.values(STATES).map((state) => words.update(state)),
    words.install,
    words.notNow,
    ...HINDRANCES.map((each) => words.hindrance(each)),
    ...PROBLEMS.map((each) => words.fileProblem(each)),
    ...HANDINGS.map((each) => words.handing({ file, version }, each)),
    ...WRITTEN.map((each) => words.diagnostics(each)),
  ]
}

/** What is no word of a language, and so must stand in both. */
const facts = (text: string): string[] =>
  (
    text.match(
      /\/packages\/andon\.deb|0\.2\.0|ENOTFOUND|ENOSPC|line 1: port|sudo apt install|chmod \+x|latest\*\.yml|\b\d\b/g,
    ) ?? []
  )
    .map(String)
    .toSorted()

test('every dialog of the Help menu speaks both languages, and says the same facts in both', () => {
  const { en, de } = HELP_WORDS
  const english = texts(en)
  const german = texts(de)
  expect(german.map(facts)).toEqual(english.map(facts))
  expect(english.filter((text, i) => text.trim() === '' || text === german[i])).toEqual([])
  expect(new Set(german).size).toBe(german.length)
})

test('what stands against an update, and what to do with a file, is said in a sentence', () => {
  const { en } = HELP_WORDS
  expect(en.hindrance({ kind: 'commands', count: 1 })).toMatch(/^1 command is under way/)
  expect(en.hindrance({ kind: 'controlled', count: 2 })).toMatch(/control of 2 machines/)
  expect(en.update(STATES.found)).toMatch(/leave the kiosk/)
  expect(en.update(STATES.loading)).toMatch(/^Version 0.2.0 is being downloaded/)
  expect(en.update(STATES.unable)).toMatch(/cannot update itself.*from a file/)
  expect(en.handing({ file, version }, { kind: 'foreign' })).toBe(
    'andon.deb is whole: Andon 0.2.0. It is not for this system.',
  )
})
