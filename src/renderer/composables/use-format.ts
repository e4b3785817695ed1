import { computed, type ComputedRef } from 'vue'
import { i18n } from '../i18n/index.ts'
import type { Language } from '../i18n/languages.ts'
import { regionalTag } from '../i18n/languages.ts'
import { Format } from '../model/format.ts'

const formats = new Map<Language, Format>()

function formatOf(language: Language): Format {
  let format = formats.get(language)
  if (!format) {
    const { t } = i18n.global
    format = new Format(regionalTag(language, navigator.languages), {
      day: t('unit.day', {}, { locale: language }),
      hour: t('unit.hour', {}, { locale: language }),
      minute: t('unit.minute', {}, { locale: language }),
      second: t('unit.second', {}, { locale: language }),
    })
    formats.set(language, format)
  }
  return format
}

const current = computed(() => formatOf(i18n.global.locale.value))

/** Times, numbers and durations in the chosen language. */
export function useFormat(): ComputedRef<Format> {
  return current
}
