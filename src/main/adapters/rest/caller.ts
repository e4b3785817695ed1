import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Operator } from '../../../core/operator.ts'
import { accessOf } from './identity.ts'
import { whenClosed } from './when-closed.ts'

/** A program that asks for something through REST, for as long as it waits for the answer. */
export interface Caller {
  readonly operator: Operator
  /** Called once when its connection is lost before the answer went out. */
  onGone(gone: () => void): void
}

/** Programs of one account at one address are one operator: several requests of one program share control. */
export function callerOf(request: FastifyRequest, reply: FastifyReply): Caller {
  const access = accessOf(request)
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  return {
    operator: {
      session: access.account === null ? `rest:${address}` : `rest:${access.owner}:${address}`,
      name: access.account === null ? `REST ${address}` : `${access.displayName} (REST ${address})`,
      local: false,
      access,
    },
    onGone(gone) {
      whenClosed(reply, () => {
        if (!reply.raw.writableFinished) gone()
      })
    },
  }
}
