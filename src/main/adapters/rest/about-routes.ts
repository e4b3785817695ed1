import { arch, release, type } from 'node:os'
import type { FastifyInstance } from 'fastify'
import { type About, AboutSchema } from '../../../shared/about.ts'
import { PROTOCOL_VERSION } from '../../../shared/protocol.ts'
import { VERSION } from '../../version.ts'

const EXAMPLE: About = {
  version: '0.1.0',
  protocol: 1,
  node: '24.1.0',
  electron: null,
  chromium: null,
  system: 'Linux 6.12.0 x64',
}

const ABOUT = {
  tags: ['Panel'],
  operationId: 'about',
  summary: 'What it is made of and runs on',
  response: { 200: { ...AboutSchema, description: 'Versions', examples: [EXAMPLE] } },
}

export function aboutRoutes(app: FastifyInstance): void {
  app.get('/api/v1/about', { schema: ABOUT }, about)
}

function about(): About {
  const { node, electron = null, chrome = null } = process.versions as Record<string, string | undefined>
  return {
    version: VERSION,
    protocol: PROTOCOL_VERSION,
    node: node ?? '',
    electron,
    chromium: chrome,
    system: `${type()} ${release()} ${arch()}`,
  }
}
