import type { JournalError } from '../../../core/journal-store.ts'
import { COMMAND_REFUSALS } from '../../../shared/command.ts'

/** What REST can answer instead of what was asked for; where a command was refused, the code says why. */
export const API_ERROR_CODES = [
  'bad_request',
  'bad_query',
  'bad_json',
  'body_invalid',
  'body_too_large',
  'not_json',
  'origin_refused',
  'sign_in_required',
  'sign_in_failed',
  'locked',
  'code_wrong',
  'not_lasting',
  'not_found',
  'forbidden',
  'account_unknown',
  'account_exists',
  'password_refused',
  'pin_refused',
  'last_administrator',
  'tokens_full',
  'scope_refused',
  'settings_changed',
  'setting_refused',
  'settings_unwritable',
  'commands_under_way',
  'restart_unavailable',
  'device_ambiguous',
  'field_unknown',
  'group_unknown',
  'command_unknown',
  'command_id_used',
  'failed',
  'timed_out',
  'outcome_unknown',
  'busy',
  'closing',
  'internal',
  ...COMMAND_REFUSALS,
] as const
export type ApiErrorCode = (typeof API_ERROR_CODES)[number] | JournalError['fault']

/** The body of every answer that is no success. `detail` says it again, where clients of the old panel look for it. */
export interface ErrorBody {
  readonly error: { readonly code: ApiErrorCode; readonly message: string }
  readonly detail: string
}

export function errorBody(code: ApiErrorCode, message: string): ErrorBody {
  return { error: { code, message }, detail: message }
}

/** A request that cannot be done, for whoever sent it: the message is for people and safe to show. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly status: number,
    readonly code: ApiErrorCode,
    message: string,
  ) {
    super(message)
  }

  get body(): ErrorBody {
    return errorBody(this.code, this.message)
  }
}
