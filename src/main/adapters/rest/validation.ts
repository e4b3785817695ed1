import type { FastifyInstance, FastifySchemaCompiler, FastifyServerOptions } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { tooDeep } from '../../../core/decode.ts'
import { MAX_DEPTH } from '../../../shared/datagram.ts'
import { ApiError } from './api-error.ts'

/** The part of JSON Schema that says how a query's text is to be read. */
interface Shape {
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>
}

interface Mistake {
  readonly keyword: string
  readonly instancePath: string
  readonly message: string
  readonly params: object
}

const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

/**
 * The door of REST: bodies are JSON alone, and everything is held to its schema as it is, never bent to fit. What a query
 * says is text, and only what reads as a number or as true and false becomes one.
 */
export function closeDoor(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain')
  app.removeContentTypeParser('application/json')
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    // An empty one is for the schema to judge: Stop needs no body.
    if (text === '') done(null)
    else if (tooDeep(text)) done(new ApiError(400, 'bad_json', `The body is nested deeper than ${MAX_DEPTH} levels.`))
    else void parse(request, text, done)
  })
}

type SchemaController = NonNullable<FastifyServerOptions['schemaController']>
type Compilers = NonNullable<SchemaController['compilersFactory']>

/** What a server of Fastify's goes by in place of its own compilers, which then need not even be loaded. */
export const SCHEMA_CONTROLLER: SchemaController = {
  compilersFactory: {
    // Its types know the validators of its own compiler alone.
    buildValidator: (() => validator) as unknown as NonNullable<Compilers['buildValidator']>,
    // What answers hold is typed; their schemas are there for the documentation, and tests hold answers to them.
    buildSerializer: () => () => (value) => JSON.stringify(value),
  },
}

const validator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  // Compiled once somebody asks: most routes are never asked while a panel runs, and it is to be there soon.
  let compiled: Validator | undefined
  return (input: unknown) => {
    compiled ??= Compile(schema)
    const value = httpPart === 'body' ? input : converted(schema, input)
    if (compiled.Check(value)) return { value }
    return { error: problem(httpPart, compiled.Errors(value)) }
  }
}

function converted({ properties = {} }: Shape, input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input
  return Object.fromEntries(
    Object.entries(input).map(([key, text]) => [
      key,
      convert(Object.hasOwn(properties, key) ? properties[key]?.type : '', text),
    ]),
  )
}

function convert(type: string | undefined, text: unknown): unknown {
  if (type === 'boolean') return BOOLEANS.get(text) ?? text
  const isNumber = (type === 'number' || type === 'integer') && typeof text === 'string'
  return isNumber && /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text
}

function problem(part: string | undefined, mistakes: readonly Mistake[]): ApiError {
  if (part === 'body') return new ApiError(422, 'body_invalid', `The body is not right: ${words(mistakes)}.`)
  if (part === 'headers') return new ApiError(400, 'bad_request', `A header is not right: ${words(mistakes)}.`)
  return new ApiError(400, 'bad_query', `The query is not right: ${words(mistakes)}.`)
}

const list = (names: unknown): string => (Array.isArray(names) ? names.join(', ') : '')

/** What a schema has against a value, for people. */
function words(mistakes: readonly Mistake[]): string {
  // What is found inside the cases of a union, or of a key that should not be there, says less than the whole.
  const mistake =
    mistakes.find(({ keyword }) => keyword === 'additionalProperties' || keyword === 'anyOf') ?? mistakes[0]
  if (!mistake) return 'it does not fit'
  const { keyword, params } = mistake
  const key = mistake.instancePath.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')
  const text =
    keyword === 'additionalProperties'
      ? `must not have additional properties (${list((params as { additionalProperties?: unknown }).additionalProperties)})`
      : keyword === 'enum'
        ? `must be one of ${list((params as { allowedValues?: unknown }).allowedValues)}`
        : keyword === 'anyOf'
          ? 'must be a number, true or false, or a text'
          : keyword === 'minProperties'
            ? 'it names no value'
            : mistake.message
  return `${key === '' ? '' : `${key} `}${text}`.slice(0, 200)
}
