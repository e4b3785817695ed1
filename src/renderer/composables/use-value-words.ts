import { useI18n } from 'vue-i18n'
import type { TagValue } from '../../shared/device.ts'
import type { TagDescription } from '../../shared/plant.ts'
import { formatExactly, formatNumber } from '../model/value-format.ts'
import { useFormat } from './use-format.ts'

type Description = Pick<TagDescription, 'precision' | 'unit' | 'min' | 'max'> | null

/** Narrow, and no line breaks at it. */
const THIN = '\u202f'

function unit(value: TagValue | undefined, description: Description): string {
  return typeof value === 'number' && description?.unit !== undefined ? `${THIN}${description.unit}` : ''
}

/** Values of tags as people read them. */
export function useValueWords() {
  const { t } = useI18n()
  const format = useFormat()

  function words(value: TagValue | undefined, number: (value: number) => string): string {
    if (value === null || value === undefined) return t('devices.noValue')
    if (typeof value === 'number') return number(value)
    return typeof value === 'string' ? value : value ? t('devices.on') : t('devices.off')
  }

  /** As it is read, without its unit. */
  function read(value: TagValue | undefined, description: Description): string {
    return words(value, (number) => formatNumber(number, format.value.locale, description?.precision))
  }

  /** As it is written: nothing rounded away. */
  function exact(value: TagValue | undefined, description: Description): string {
    return words(value, (number) => formatExactly(number, format.value.locale, description?.precision))
  }

  /** The range that may be written, with its unit; null where there is none. */
  function range(description: Description): string | null {
    const { min, max, unit: of } = description ?? {}
    const end = of === undefined ? '' : `${THIN}${of}`
    const { locale } = format.value
    const number = (value: number): string => formatExactly(value, locale)
    if (min !== undefined && max !== undefined) {
      return t('control.range', { min: number(min), max: `${number(max)}${end}` })
    }
    if (min !== undefined) return t('control.rangeFrom', { min: `${number(min)}${end}` })
    return max === undefined ? null : t('control.rangeTo', { max: `${number(max)}${end}` })
  }

  return { read, exact, unit, range }
}
