import { type Command, isSettled } from '../../../shared/command.ts'
import { type ApiErrorCode, errorBody } from './api-error.ts'

/** An answer: what goes out, or in a group's answer stands for one device. */
export interface Outcome {
  readonly status: number
  readonly body: object
  /** Where the rest will be told. */
  readonly location?: string
}

/**
 * What came of a command: 200, or why not, or 202 while that is open. One that is open though its end was waited for has
 * none: the panel is closing. `extra` goes into the bodies that are not `confirmed`'s.
 */
export function outcomeOf(
  id: string,
  command: Command | undefined,
  waited: boolean,
  extra: object,
  confirmed: (command: Command) => object,
): Outcome {
  const not = (status: number, code: ApiErrorCode, message: string): Outcome => ({
    status,
    body: { ...errorBody(code, message), ...extra, command: id, status: command?.status ?? null },
  })
  if (!command || (waited && !isSettled(command.status))) {
    return not(503, 'outcome_unknown', 'What became of the command is not known.')
  }
  switch (command.status) {
    case 'confirmed':
      return { status: 200, body: confirmed(command) }
    case 'requested':
    case 'accepted':
      return {
        status: 202,
        body: { ...extra, command: id, status: command.status },
        location: `/api/v1/commands/${id}`,
      }
    case 'refused':
      return not(409, command.refusal ?? 'bad_request', refusalWords(command))
    case 'failed':
      return not(502, 'failed', command.reason ?? 'The machine reports a failure.')
    case 'timed_out':
      return not(504, 'timed_out', command.reason ?? 'The machine did not confirm it in time.')
    default:
      return command.status satisfies never
  }
}

function refusalWords({ refusal, reason }: Command): string {
  // The core's own words are those of the protocol.
  if (refusal === 'unconfirmed_write') return 'This must be confirmed: ask again with ?confirmed=1 and another id.'
  return reason ?? 'It was refused.'
}
