import Type from 'typebox'
import { REFUSALS } from './health.ts'

/** How far the panel has come with the frames of this connection. */
export const IngestAckSchema = Type.Object({
  type: Type.Literal('ack'),
  /** Frames that were read. */
  count: Type.Integer(),
  /** Those of them that became events. */
  accepted: Type.Integer(),
})
export type IngestAck = Type.Static<typeof IngestAckSchema>

/** A frame was not taken in. Those that follow within a second are not told one by one. */
export const IngestErrorSchema = Type.Object({
  type: Type.Literal('error'),
  /** Which frame of this connection, from 1. */
  frame: Type.Integer(),
  error: Type.Object({ code: Type.Enum([...REFUSALS, 'internal']), message: Type.String() }),
})
export type IngestError = Type.Static<typeof IngestErrorSchema>

/** What the panel says to a program that sends events over WebSocket. */
export const IngestMessageSchema = Type.Union([IngestAckSchema, IngestErrorSchema])
