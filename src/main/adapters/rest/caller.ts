import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Operator } from '../../../core/operator.ts'

/** A program that asks for something through REST, for as long as it waits for the answer. */
export interface Caller {
  readonly operator: Operator
  /** Called once when its connection is lost before the answer went out. */
  onGone(gone: () => void): void
}

/** Programs at one address are one operator: several requests of one program share control. */
export function callerOf(request: FastifyRequest, reply: FastifyReply): Caller {
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  return {
    operator: { session: `rest:${address}`, name: `REST ${address}`, local: false },
    onGone(gone) {
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) gone()
      })
    },
  }
}
