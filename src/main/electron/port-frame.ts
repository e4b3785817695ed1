import type { PortFrame } from '../../shared/bridge.ts'

/** What a viewer may send over its port. */
export type ViewerFrame = Exclude<PortFrame, { readonly kind: 'frame' }>

/** The door for what comes out of a port: anything may be in there. Undefined where it does not follow the protocol. */
export function viewerFrame(value: unknown): ViewerFrame | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined
  switch (value.kind) {
    case 'message':
      return 'text' in value && typeof value.text === 'string' ? { kind: 'message', text: value.text } : undefined
    case 'taken':
      return 'count' in value && isCount(value.count) ? { kind: 'taken', count: value.count } : undefined
    case 'close':
      return 'code' in value && isCount(value.code) && 'reason' in value && typeof value.reason === 'string'
        ? { kind: 'close', code: value.code, reason: value.reason }
        : undefined
    default:
      return undefined
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}
