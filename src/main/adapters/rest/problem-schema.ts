import Type from 'typebox'
import { COMMAND_STATUSES } from '../../../shared/command.ts'
import { API_ERROR_CODES, type ApiErrorCode } from './api-error.ts'

const ErrorSchema = {
  error: Type.Object({ code: Type.String(), message: Type.String({ description: 'For people.' }) }),
  detail: Type.String({ description: 'The same message, where clients of the old panel look for it.' }),
}

/** An answer that is no success, for the documentation. */
export function problem(description: string, code: ApiErrorCode, message: string) {
  return Type.Object(ErrorSchema, { description, examples: [{ error: { code, message }, detail: message }] })
}

/** The same of a command that came to nothing. */
export function commandProblem(description: string, code: ApiErrorCode, message: string) {
  const command = '7d0f3c1e-9a40-4c55-8f5a-1b2c3d4e5f60'
  const status = code === 'failed' || code === 'timed_out' ? code : 'refused'
  return Type.Object(
    {
      ...ErrorSchema,
      command: Type.Optional(Type.String({ description: 'Id of the command, where one was asked for.' })),
      status: Type.Optional(Type.Union([Type.Enum(COMMAND_STATUSES), Type.Null()])),
    },
    { description, examples: [{ error: { code, message }, detail: message, command, status }] },
  )
}

export const OnItsWaySchema = Type.Object(
  { command: Type.String(), status: Type.Enum(COMMAND_STATUSES) },
  {
    description: 'The machine has not decided yet (?wait=0). The header Location says where to look.',
    examples: [{ command: '7d0f3c1e-9a40-4c55-8f5a-1b2c3d4e5f60', status: 'accepted' }],
  },
)

/** What every route with a query or a body may answer. */
export const BAD_QUERY = problem(
  'The query or a header is not right',
  'bad_query',
  'The query is not right: timeout must be <= 600.',
)
export const ORIGIN_REFUSED = problem(
  'The request comes from a page of another origin',
  'origin_refused',
  'Pages of other origins may not operate machines.',
)
export const SIGN_IN_REQUIRED = problem(
  'There are accounts, and the request shows none',
  'sign_in_required',
  'Sign in first, or send a token: Authorization: Bearer andon_pat_…',
)
export const FORBIDDEN = problem(
  'The role or the scope does not allow it',
  'forbidden',
  'This needs the role operator or above; you have the role viewer. Ask an administrator.',
)
export const NOT_JSON = problem('The body is no application/json', 'not_json', 'The body must be application/json.')
export const TOO_LARGE = problem('The body is too large', 'body_too_large', 'The body is too large.')
export const MACHINE_UNKNOWN = problem(
  'Nothing has been heard of such a machine',
  'machine_unknown',
  'Machine nope not found',
)
export const CLOSING = commandProblem(
  'The panel is closing; or what became of the command is not known',
  'outcome_unknown',
  'What became of the command is not known.',
)

/** The answers of a command to a machine that are no success. */
export const COMMAND_PROBLEMS = {
  401: SIGN_IN_REQUIRED,
  403: { ...ORIGIN_REFUSED, description: 'The role does not allow it; or it comes from a page of another origin' },
  409: commandProblem(
    'Refused. The code says why (not_in_control, interlocked, machine_stale, unconfirmed_write, …), the message says it to people; command_id_used: the id belongs to another command',
    'not_in_control',
    'Display 2 (10.0.0.7) has control of cell_1.',
  ),
  413: TOO_LARGE,
  415: NOT_JSON,
  502: commandProblem('The machine reports a failure', 'failed', 'servo_01 is blocked.'),
  503: CLOSING,
  504: commandProblem(
    'The machine did not confirm it in time. GET /api/v1/commands/{id} knows it by this id',
    'timed_out',
    'The machine did not confirm it in time.',
  ),
} as const

/** Every code, for whoever writes a client. */
export const CODES_TEXT = `Codes of errors: ${API_ERROR_CODES.map((code) => `\`${code}\``).join(', ')}.`
