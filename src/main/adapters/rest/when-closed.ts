import type { FastifyReply } from 'fastify'

/** Calls back once the answer went out or its connection is lost: at once where that was before this asked. */
export function whenClosed({ raw }: FastifyReply, then: () => void): void {
  if (raw.destroyed || raw.closed) then()
  else raw.once('close', then)
}
