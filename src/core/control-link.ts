/**
 * Hands a command to a machine program. `full`: its queue has no room just now. `gone`: nobody listens there.
 * `failed`: it cannot be sent at all; the reason is for people.
 */
export type SendResult =
  | { readonly kind: 'sent' }
  | { readonly kind: 'full' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly reason: string }

/** The way from the panel to the machines. Non-blocking. */
export interface ControlLink {
  send(endpoint: string, bytes: Buffer): SendResult
}
