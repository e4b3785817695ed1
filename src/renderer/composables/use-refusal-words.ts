import { useI18n } from 'vue-i18n'
import type { Refusal } from '../model/requests.ts'
import type { Messages } from '../i18n/en.ts'
import { i18n } from '../i18n/index.ts'
import { useFormat } from './use-format.ts'

type Known = Exclude<keyof Messages['people']['refused'], 'locked' | 'other'>

function isKnown(code: string): code is Known {
  return Object.hasOwn(i18n.global.messages.value.en.people.refused, code)
}

/** Why the panel did not do something about people, in words. */
export function useRefusalWords(): (refusal: Refusal) => string {
  const { t } = useI18n()
  const format = useFormat()
  return ({ code, message, retryAfter }) => {
    if (code === 'locked') return t('people.refused.locked', { seconds: format.value.number(retryAfter ?? 30) })
    return isKnown(code) ? t(`people.refused.${code}`) : t('people.refused.other', { message })
  }
}
