// The reference for everything that takes datagrams in: a loop that does nothing with them.
import { answer } from './answers.mjs'
import { datagramSocket, loadBinding } from './binding.mjs'
import { Goal } from './goal.mjs'

const path = process.argv[2] ?? ''
const binding = loadBinding()
const goal = new Goal()
const fd = datagramSocket(binding, () => goal.add())
const bound = binding.bind(fd, path)
if (bound < 0) throw new Error(`cannot bind ${path} (errno ${-bound})`)

answer({
  ready: () => true,
  expect: (/** @type {number} */ count) => goal.expect(count),
  done: () => goal.reached,
  received: () => goal.count,
})
