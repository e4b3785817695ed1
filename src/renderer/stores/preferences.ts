import { defineStore } from 'pinia'
import { ref, watchEffect } from 'vue'
import { readStored, writeStored } from '../composables/stored.ts'
import { i18n } from '../i18n/index.ts'
import { isLanguage, type Language, preferredLanguage } from '../i18n/languages.ts'

export const THEMES = ['grey', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** Appearance and language: this viewer's own, remembered here and not by the panel. */
export const usePreferences = defineStore('preferences', () => {
  const storedLanguage = readStored('language')
  const theme = ref<Theme>(readStored('theme') === 'dark' ? 'dark' : 'grey')
  const language = ref<Language>(isLanguage(storedLanguage) ? storedLanguage : preferredLanguage(navigator.languages))

  watchEffect(() => {
    document.documentElement.dataset['theme'] = theme.value
  })
  watchEffect(() => {
    i18n.global.locale.value = language.value
    document.documentElement.lang = language.value
  })

  /** Only a choice is remembered, so that who never chose goes on following their device. */
  function choose(choice: { theme?: Theme; language?: Language }): void {
    if (choice.theme) writeStored('theme', (theme.value = choice.theme))
    if (choice.language) writeStored('language', (language.value = choice.language))
  }

  return { theme, language, choose }
})
