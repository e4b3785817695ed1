import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import { VERSION } from '../../version.ts'
import { docsPage, DOCS_STYLE, type OpenApi } from './docs-page.ts'
import { CODES_TEXT } from './problem-schema.ts'
import { SCHEMA_CONTROLLER } from './validation.ts'

const DESCRIPTION = `What programs can ask of the panel, and of the machines behind it.

A write or a command answers when the machine has confirmed it (200), reports a failure (502) or did not confirm it in time (504); one that is refused is never sent (409). With \`?wait=0\` it answers 202 at once, and \`GET /api/v1/commands/{id}\` tells the rest.

Whoever asks twice for the same thing sends the same \`Idempotency-Key\`: it is done once. Bodies are \`application/json\`. Requests that change something and come from a page of another origin are refused (403).

Once there is an account every request but those that say otherwise needs an identity (401): a cookie, or \`Authorization: Bearer\` with a token. What somebody may not see is to them as if it were not there.

Times of \`/devices\`, \`/groups\`, \`/machines\` and \`/commands\` are epoch seconds, those of the history and of accounts epoch milliseconds. ${CODES_TEXT}`

const OPENAPI = {
  openapi: '3.1.0',
  info: { title: 'Andon', version: VERSION, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
  tags: [
    { name: 'Devices', description: 'What devices show, and values written to them.' },
    { name: 'Groups', description: 'One command to many devices.' },
    { name: 'Machines', description: 'Machines in brief, and commands to them.' },
    { name: 'Commands', description: 'What became of a command.' },
    { name: 'History', description: 'What was.' },
    { name: 'Accounts', description: 'Who one is, and what people may.' },
    { name: 'Panel', description: 'How the panel itself is doing.' },
  ],
}

type Described = Pick<RouteOptions, 'method' | 'url' | 'schema'>

/** Describes every route that is registered after it, by its schemas: as OpenAPI 3.1, and as a page for people. */
export function describeRoutes(app: FastifyInstance): void {
  const routes: Described[] = []
  app.addHook('onRoute', ({ method, url, schema }) => {
    // Those of HEAD come with each GET by themselves.
    if (method !== 'HEAD') routes.push({ method, url, ...(schema ? { schema } : {}) })
  })
  let described: Promise<OpenApi> | undefined
  const document = (): Promise<OpenApi> => (described ??= documentOf(routes))
  app.get('/api/docs/openapi.json', { schema: { hide: true } }, document)
  // A file of its own: the content security policy allows no style within a page.
  app.get('/api/docs/style.css', { schema: { hide: true } }, (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(DOCS_STYLE),
  )
  let page: string | undefined
  for (const url of ['/api/docs', '/api/docs/']) {
    app.get(url, { schema: { hide: true } }, async (_request, reply) => {
      page ??= docsPage(await document())
      return reply.type('text/html; charset=utf-8').send(page)
    })
  }
}

/**
 * The document of the routes, by a server of its own that never listens: what makes it is loaded when somebody reads it,
 * and not at every start of a panel.
 */
async function documentOf(routes: readonly Described[]): Promise<OpenApi> {
  const { default: swagger } = await import('@fastify/swagger')
  const server = Fastify({ schemaController: SCHEMA_CONTROLLER })
  await server.register(swagger, { openapi: OPENAPI })
  for (const route of routes) server.route({ ...route, handler: () => undefined })
  await server.ready()
  return server.swagger() as unknown as OpenApi
}
