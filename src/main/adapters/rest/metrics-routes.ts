import type { FastifyInstance } from 'fastify'
import { requireRight } from './identity.ts'
import { FORBIDDEN, SIGN_IN_REQUIRED } from './problem-schema.ts'

/** What is told to Prometheus. */
export interface MetricsText {
  readonly contentType: string
  text(): Promise<string>
}

const METRICS = {
  tags: ['Panel'],
  operationId: 'metrics',
  summary: 'The panel’s figures for Prometheus',
  response: {
    200: {
      description: 'The figures',
      content: {
        'text/plain': {
          schema: { type: 'string', examples: ['andon_ingest_received_total{listener="/tmp/events.sock"} 42\n'] },
        },
      },
    },
    401: SIGN_IN_REQUIRED,
    403: FORBIDDEN,
  },
}

export function metricsRoutes(app: FastifyInstance, metrics: MetricsText): void {
  app.get('/metrics', { schema: METRICS }, async (request, reply) => {
    requireRight(request, 'metrics')
    return reply
      .header('Cache-Control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.text())
  })
}
