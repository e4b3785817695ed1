import type { FastifyInstance } from 'fastify'

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
  },
}

export function metricsRoutes(app: FastifyInstance, metrics: MetricsText): void {
  app.get('/metrics', { schema: METRICS }, async (_request, reply) =>
    reply
      .header('Cache-Control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.text()),
  )
}
