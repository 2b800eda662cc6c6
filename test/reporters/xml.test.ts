import { expect, test } from 'vitest'
import { xmlDocument } from '../../src/reporters/xml.ts'
import { parseXml } from './xml.ts'

test('attributes and text come back as they were, newlines in attributes too', () => {
  const text = `<a> & "b" 'c' ]]>\nsecond line`
  const root = { name: 'r', attributes: { x: text, n: 1, absent: undefined }, children: [{ name: 'c', attributes: {}, text }] }
  expect(parseXml(xmlDocument(root))).toEqual({
    name: 'r',
    attributes: { x: text, n: '1' },
    text: '',
    children: [{ name: 'c', attributes: {}, text, children: [] }],
  })
})

test('an element without content is written short', () => {
  expect(xmlDocument({ name: 'r', attributes: {}, children: [] })).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<r/>\n')
})
