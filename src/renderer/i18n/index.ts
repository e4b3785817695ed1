import { createI18n } from 'vue-i18n'
import { de } from './de.ts'
import { en, type Messages } from './en.ts'
import type { Language } from './languages.ts'

declare module 'vue-i18n' {
  // Makes `t` know every key.
  export interface DefineLocaleMessage extends Messages {}
}

export const i18n = createI18n<[Messages], Language, false>({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en, de },
})
