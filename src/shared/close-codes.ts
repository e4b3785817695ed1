/**
 * Why a session's socket was closed, and whether coming back can help. Codes above 4000 are ours (RFC 6455, 7.4.2);
 * the others are the standard's.
 */
export const CLOSE_CODES = {
  normal: { code: 1000, retry: false, reason: 'closed' },
  going_away: { code: 1001, retry: true, reason: 'the panel is shutting down' },
  too_many_fragments: { code: 1008, retry: false, reason: 'message in too many pieces' },
  message_too_big: { code: 1009, retry: false, reason: 'message too big' },
  bad_message: { code: 4400, retry: false, reason: 'message does not follow the protocol' },
  sign_in_required: { code: 4401, retry: false, reason: 'sign in first' },
  origin_refused: { code: 4403, retry: false, reason: 'this origin may not connect' },
  device_unknown: { code: 4404, retry: true, reason: 'a device that it wants to see is not known yet' },
  protocol_unsupported: { code: 4406, retry: false, reason: 'protocol version not supported, reload the page' },
  heartbeat_lost: { code: 4408, retry: true, reason: 'no sign of life' },
  too_slow: { code: 4409, retry: true, reason: 'the viewer does not keep up' },
  taken_up: { code: 4410, retry: false, reason: 'this session goes on over another link' },
  hello_timeout: { code: 4411, retry: true, reason: 'no hello in time' },
  rights_changed: { code: 4412, retry: true, reason: 'your rights have changed' },
  token_refused: { code: 4413, retry: false, reason: 'the token counts no more' },
  too_many_connections: { code: 4429, retry: true, reason: 'too many connections' },
  rate_limited: { code: 4430, retry: true, reason: 'too many messages' },
  internal: { code: 4500, retry: true, reason: 'internal error' },
} as const satisfies Record<string, CloseCode>

export interface CloseCode {
  readonly code: number
  /** True where the same client may try again, with back-off; false where it would only be refused again. */
  readonly retry: boolean
  /** At most 123 bytes of UTF-8, the most that a close frame holds. */
  readonly reason: string
}

/** What a close code means; an unknown one (a lost link says 1006) is worth another try. */
export function closeCodeOf(code: number): CloseCode {
  for (const known of Object.values(CLOSE_CODES)) if (known.code === code) return known
  return { code, retry: true, reason: 'connection lost' }
}
