import type { TSchema } from 'typebox'
import type { Setting } from '../shared/settings.ts'
import { SettingsSchema } from './config-file.ts'

type Key = keyof typeof SettingsSchema.properties

/** What of JSON Schema the settings use. */
interface Shape {
  readonly title?: string
  readonly description?: string
  readonly type?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly items?: { readonly type?: string; readonly anyOf?: readonly { readonly type?: string }[] }
}

/** How a setting is entered where this stands in the file: a list with more than text in it only there. */
export function settingKind(key: Key, file: unknown): Setting['kind'] {
  const { kind } = settingSchema(key)
  return kind === 'list' && Array.isArray(file) && file.some((each) => typeof each !== 'string') ? 'other' : kind
}

/** What a form must know of a setting, from its schema. */
export function settingSchema(key: Key): Omit<Setting, 'key' | 'in_force' | 'file' | 'command_line'> {
  const shape = (SettingsSchema.properties as Record<Key, TSchema>)[key] as Shape
  const { title = key, description = '', minimum, maximum, exclusiveMinimum } = shape
  return {
    title,
    description,
    kind: kindOf(shape),
    ...(shape.enum ? { choices: [...shape.enum] } : {}),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(exclusiveMinimum === undefined ? {} : { above: exclusiveMinimum }),
  }
}

function kindOf(shape: Shape): Setting['kind'] {
  if (shape.enum) return 'choice'
  if (shape.type === 'array') {
    const items = shape.items?.anyOf ?? [shape.items]
    return items.some((each) => each?.type === 'string') ? 'list' : 'other'
  }
  return KINDS[shape.type ?? ''] ?? 'other'
}

const KINDS: Readonly<Record<string, Setting['kind']>> = {
  boolean: 'switch',
  integer: 'integer',
  number: 'number',
  string: 'text',
}
