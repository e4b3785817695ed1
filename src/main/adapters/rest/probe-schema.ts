import Type from 'typebox'

const tags = ['Panel']

export const HEALTHZ = {
  tags,
  operationId: 'healthz',
  summary: 'Is it alive?',
  response: {
    200: Type.Object(
      {
        status: Type.Literal('ok'),
        version: Type.String(),
        uptime_seconds: Type.Integer(),
        offset: Type.Optional(Type.Integer({ description: 'Of the newest event; for whoever may know.' })),
        sessions: Type.Optional(Type.Integer({ description: 'Viewers; for whoever may know.' })),
      },
      {
        description: 'It runs',
        examples: [{ status: 'ok', version: '0.1.0', uptime_seconds: 86400, offset: 123456, sessions: 3 }],
      },
    ),
  },
}

const ready = (description: string, example: object) =>
  Type.Object({ ready: Type.Boolean(), reasons: Type.Array(Type.String()) }, { description, examples: [example] })

export const READYZ = {
  tags,
  operationId: 'readyz',
  summary: 'Can it do its job?',
  response: {
    200: ready('It can', { ready: true, reasons: [] }),
    503: ready('It cannot, and why', { ready: false, reasons: ['No datagram listener is open.'] }),
  },
}
