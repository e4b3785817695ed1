import { readFileSync } from 'node:fs'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { LineCounter, parseDocument } from 'yaml'
import { LOG_LEVELS } from './adapters/logger.ts'
import { UsageError } from './usage-error.ts'

/** The configuration file. Times are seconds. Every key may be missing; the command line goes before the file. */
export const ConfigFileSchema = Type.Object(
  {
    host: Type.Optional(Type.String()),
    port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65535 })),
    events_sockets: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    socket_mode: Type.Optional(Type.String()),
    socket_group: Type.Optional(Type.String({ minLength: 1 })),
    udp: Type.Optional(Type.Array(Type.String())),
    stale_after: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    connections: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    retention_days: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 36_500 })),
    retention_mib: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_048_576 })),
    data_dir: Type.Optional(Type.String({ minLength: 1 })),
    log_level: Type.Optional(Type.Enum(LOG_LEVELS)),
    machines: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object(
          { stale_after: Type.Optional(Type.Number({ exclusiveMinimum: 0 })) },
          { additionalProperties: false },
        ),
      ),
    ),
  },
  { additionalProperties: false },
)
export type ConfigFile = Type.Static<typeof ConfigFileSchema>

const compiled = Compile(ConfigFileSchema)

/** Reads a configuration file. Throws a {@link UsageError} that names file, line and key. */
export function readConfigFile(path: string): ConfigFile {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
  return parseConfigFile(text, path)
}

export function parseConfigFile(text: string, path: string): ConfigFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const broken = document.errors[0]
  if (broken) throw new UsageError(`${path}, line ${lines.linePos(broken.pos[0]).line}: ${broken.message}`)
  // An empty file says nothing, which is allowed.
  const value: unknown = document.toJS() ?? {}
  if (compiled.Check(value)) return value

  const [first] = compiled.Errors(value)
  const params = (first?.params ?? {}) as { allowedValues?: unknown[] }
  // A key that is not known breaks the schema `false`.
  const unknown = first?.keyword === 'boolean'
  const pointer = (first?.instancePath ?? '').split('/').slice(1)
  const keys = pointer.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const node: unknown = keys.length > 0 ? document.getIn(keys, true) : document.contents
  const start = (node as { range?: [number, number, number] } | null)?.range?.[0]
  const line = start === undefined ? '' : `, line ${lines.linePos(start).line}`
  const key = keys.length > 0 ? `"${keys.join('.')}" ` : ''
  throw new UsageError(`${path}${line}: ${key}${unknown ? whyUnknown(keys) : why(first?.message, params)}.`)
}

function why(message = 'is not right', params: { allowedValues?: unknown[] }): string {
  return params.allowedValues ? `must be one of ${params.allowedValues.join(', ')}` : message
}

function whyUnknown(keys: readonly string[]): string {
  const known = keys.length === 1 ? Object.keys(ConfigFileSchema.properties) : ['stale_after']
  return `is not known here. Known are ${known.join(', ')}`
}
