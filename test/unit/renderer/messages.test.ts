import { createI18n } from 'vue-i18n'
import { expect, test } from 'vitest'
import { de } from '../../../src/renderer/i18n/de.ts'
import { en } from '../../../src/renderer/i18n/en.ts'
import { isLanguage, preferredLanguage, regionalTag } from '../../../src/renderer/i18n/languages.ts'
import { FAMILIES } from '../../../src/shared/family.ts'
import { PROBLEMS, REFUSALS } from '../../../src/shared/health.ts'

type Tree = { readonly [key: string]: string | Tree }

function texts(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : texts(value, `${path}${key}.`),
  )
}
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].toSorted()

/** What must be alike in every language. */
const shape = ([key, text]: [string, string]) => ({
  key,
  empty: text.trim() === '',
  placeholders: placeholders(text),
  forms: text.split('|').length,
})

test('German has exactly the keys of English, in the same order', () => {
  expect(texts(de).map(([key]) => key)).toEqual(texts(en).map(([key]) => key))
})

test('every text says something, with the same placeholders and as many plural forms in both', () => {
  expect(texts(de).map(shape)).toEqual(texts(en).map(shape))
  expect(texts(en).filter(([, text]) => text.trim() === '')).toEqual([])
})

test.each([
  ['en', en],
  ['de', de],
] as const)('every plain text of %s compiles to itself', (locale, messages) => {
  const i18n = createI18n({ legacy: false, locale, messages: { en, de }, missingWarn: false })
  const plain = texts(messages).filter(([, text]) => placeholders(text).length === 0 && !text.includes('|'))
  expect(plain.map(([key]) => [key, i18n.global.t(key)])).toEqual(plain)
})

test('every word of the protocol that is shown has a text', () => {
  for (const family of FAMILIES) expect(en.family).toHaveProperty(family)
  for (const refusal of REFUSALS) expect(en.refusal).toHaveProperty(refusal)
  for (const problem of PROBLEMS) expect(en.problem).toHaveProperty(problem)
})

test('the first language comes from the device, with its own way of writing numbers', () => {
  expect(preferredLanguage(['fr-FR', 'de-AT', 'en-US'])).toBe('de')
  expect(preferredLanguage(['fr'])).toBe('en')
  expect(preferredLanguage([])).toBe('en')
  expect(regionalTag('en', ['de-AT', 'en-GB'])).toBe('en-GB')
  expect(regionalTag('en', ['de-AT'])).toBe('en')
  expect(isLanguage('__proto__')).toBe(false)
  expect(isLanguage(null)).toBe(false)
})
