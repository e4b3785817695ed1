import { MAX_COMMAND_BYTES } from '../../shared/command.ts'
import { definitionMistake, type WorkflowDefinition } from '../../shared/workflow-definition.ts'
import { jsonBreak, type TextPlace } from './json-place.ts'
import { commandBytes } from './json-payload.ts'

/** What a person typed as a workflow's definition. */
export type Draft =
  | { readonly ok: true; readonly definition: WorkflowDefinition; readonly bytes: number }
  | {
      readonly ok: false
      /** Null: see `mistake`. */
      readonly problem: 'empty' | 'not_json' | 'too_long' | null
      /** What is wrong and where, in the words of whoever checked it. */
      readonly mistake: string | null
      /** Where it stops being JSON. */
      readonly place: TextPlace | null
      /** Of the command that it would be; null where it is none. */
      readonly bytes: number | null
    }

/** Ids are of the same length always, so that the size is known before there is one. */
const ID = 'x'.repeat(12)

/** What the engine is asked with it. */
export function executePayload(definition: unknown, executionId: string) {
  return { workflowDefinition: definition, executionId, options: {} }
}

export function validatePayload(definition: unknown, validationId: string) {
  return { workflowDefinition: definition, validationId }
}

export function readDraft(text: string): Draft {
  if (text.trim() === '') return { ok: false, problem: 'empty', mistake: null, place: null, bytes: null }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { ok: false, problem: 'not_json', mistake: null, place: jsonBreak(text), bytes: null }
  }
  const bytes = commandBytes('workflow:execute', executePayload(value, ID))
  const mistake = definitionMistake(value)
  if (mistake !== null) return { ok: false, problem: null, mistake, place: null, bytes }
  if (bytes > MAX_COMMAND_BYTES) return { ok: false, problem: 'too_long', mistake: null, place: null, bytes }
  return { ok: true, definition: value as WorkflowDefinition, bytes }
}

/** A definition to begin with. */
export const EXAMPLE_DEFINITION = `{
  "id": "sample",
  "name": "Sample inspection",
  "nodes": [
    { "id": "fetch", "type": "http-request", "name": "Fetch order" },
    { "id": "camera", "type": "inspection", "name": "Camera" },
    { "id": "weigh", "type": "transform", "name": "Weigh" },
    { "id": "store", "type": "database", "name": "Store" }
  ],
  "edges": [
    { "from": "fetch", "to": "camera" },
    { "from": "fetch", "to": "weigh" },
    { "from": "camera", "to": "store" },
    { "from": "weigh", "to": "store" }
  ]
}
`

/** An id that nothing else has, as long as {@link readDraft} reckons with. */
export function newRunId(kind: 'r' | 'v'): string {
  const bytes = crypto.getRandomValues(new Uint8Array(5))
  return `${kind}-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
