import Type from 'typebox'

/**
 * Where a viewer stands in the log. `epoch` names one unbroken run of offsets; `offset` is that of the last event seen
 * (0: none). Two positions can be compared only within one epoch.
 */
export const PositionSchema = Type.Object({
  epoch: Type.String({ minLength: 1, maxLength: 64 }),
  offset: Type.Integer({ minimum: 0 }),
})
export type Position = Type.Static<typeof PositionSchema>
