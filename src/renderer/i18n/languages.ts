import type { Language } from '../../shared/language.ts'

export * from '../../shared/language.ts'

/** The person's own form of the language (`en-GB`) for times and numbers, where they named one. */
export function regionalTag(language: Language, tags: readonly string[]): string {
  return tags.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language
}
