// What scripts/generate.js reads of a FileDescriptorSet (google/protobuf/descriptor.proto).

import { MessageType } from './codec.js';

const FieldDescriptor = new MessageType('google.protobuf.FieldDescriptorProto', [
    { number: 1, name: 'name', type: 'string' },
    { number: 3, name: 'number', type: 'int32' },
    { number: 4, name: 'label', type: 'enum' },
    { number: 5, name: 'type', type: 'enum' },
    { number: 6, name: 'typeName', type: 'string' },
    { number: 9, name: 'oneofIndex', type: 'int32', oneof: true },
    { number: 10, name: 'jsonName', type: 'string' },
]);

const EnumValueDescriptor = new MessageType('google.protobuf.EnumValueDescriptorProto', [
    { number: 1, name: 'name', type: 'string' },
    { number: 2, name: 'number', type: 'int32' },
]);

const EnumDescriptor = new MessageType('google.protobuf.EnumDescriptorProto', [
    { number: 1, name: 'name', type: 'string' },
    { number: 2, name: 'values', type: EnumValueDescriptor, repeated: true },
]);

/** Messages inside messages are the entries of maps, and hold no messages themselves. */
const NestedDescriptor = new MessageType('google.protobuf.DescriptorProto', [
    { number: 1, name: 'name', type: 'string' },
    { number: 2, name: 'fields', type: FieldDescriptor, repeated: true },
]);

const MessageDescriptor = new MessageType('google.protobuf.DescriptorProto', [
    { number: 1, name: 'name', type: 'string' },
    { number: 2, name: 'fields', type: FieldDescriptor, repeated: true },
    { number: 3, name: 'nested', type: NestedDescriptor, repeated: true },
]);

const FileDescriptor = new MessageType('google.protobuf.FileDescriptorProto', [
    { number: 1, name: 'name', type: 'string' },
    { number: 2, name: 'package', type: 'string' },
    { number: 4, name: 'messages', type: MessageDescriptor, repeated: true },
    { number: 5, name: 'enums', type: EnumDescriptor, repeated: true },
]);

export const FileDescriptorSet = new MessageType('google.protobuf.FileDescriptorSet', [
    { number: 1, name: 'files', type: FileDescriptor, repeated: true },
]);
