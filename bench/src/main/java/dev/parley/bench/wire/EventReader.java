package dev.parley.bench.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import java.io.IOException;

/// Reads the events of a frame, alone or in batches, in place: of messages and acks only what is
/// checked and measured, and without an object for any of them. Also reads the classic
/// `chat.ChatEvent`, which is a part of it. Owned by one thread.
public final class EventReader {
  private final EventSink sink;
  private byte[] bytes = new byte[0];

  private long room;
  private long sequence;
  private long id;
  private long content;
  private long sentNanos;
  private boolean duplicate;

  /// @param sink told of each event
  public EventReader(EventSink sink) {
    this.sink = sink;
  }

  /// Reads one frame.
  ///
  /// @throws IOException if the bytes are no `ChatEvent`
  public void read(byte[] frame, int length) throws IOException {
    bytes = frame;
    CodedInputStream in = CodedInputStream.newInstance(frame, 0, length);
    if (length > 0
        && WireFormat.getTagFieldNumber(peek(frame, length)) == ChatEvent.BATCH_FIELD_NUMBER) {
      batch(in);
    } else {
      event(in, 0, length);
    }
  }

  private static int peek(byte[] frame, int length) throws IOException {
    return CodedInputStream.newInstance(frame, 0, length).readTag();
  }

  private void batch(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == ChatEvent.BATCH_FIELD_NUMBER) {
        int length = in.readRawVarint32();
        int limit = in.pushLimit(length);
        event(in, in.getTotalBytesRead(), length);
        in.popLimit(limit);
      } else {
        in.skipField(tag);
      }
    }
  }

  private void event(CodedInputStream in, int start, int length) throws IOException {
    int kind = 0;
    sequence = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      switch (field) {
        case ChatEvent.MESSAGE_FIELD_NUMBER, ChatEvent.ACK_FIELD_NUMBER -> {
          kind = field;
          int limit = in.pushLimit(in.readRawVarint32());
          if (field == ChatEvent.ACK_FIELD_NUMBER) {
            ack(in);
          } else {
            message(in);
          }
          in.popLimit(limit);
        }
        case ChatEvent.SEQUENCE_FIELD_NUMBER -> sequence = in.readInt64();
        default -> {
          kind = kind == 0 ? field : kind;
          in.skipField(tag);
        }
      }
    }
    tell(kind, start, length);
  }

  private void tell(int kind, int start, int length) throws IOException {
    switch (kind) {
      case ChatEvent.MESSAGE_FIELD_NUMBER ->
          sink.message(room, sequence, Bytes.mix(id, content), sentNanos);
      case ChatEvent.ACK_FIELD_NUMBER -> sink.ack(id, sequence, duplicate, sentNanos);
      case ChatEvent.USER_JOINED_FIELD_NUMBER,
          ChatEvent.USER_LEFT_FIELD_NUMBER,
          ChatEvent.USER_TYPING_FIELD_NUMBER,
          ChatEvent.MESSAGE_READ_FIELD_NUMBER,
          ChatEvent.PRESENCE_FIELD_NUMBER,
          ChatEvent.USER_STATUS_FIELD_NUMBER,
          ChatEvent.MESSAGE_GROWING_FIELD_NUMBER ->
          sink.signal();
      default ->
          sink.other(ChatEvent.parseFrom(CodedInputStream.newInstance(bytes, start, length)));
    }
  }

  private void message(CodedInputStream in) throws IOException {
    room = 0;
    content = 0;
    clearId();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case ChatMessage.ID_FIELD_NUMBER -> id(in);
        case ChatMessage.ROOM_ID_FIELD_NUMBER -> room = hash(in);
        case ChatMessage.CONTENT_FIELD_NUMBER -> content = hash(in);
        default -> in.skipField(tag);
      }
    }
  }

  private void ack(CodedInputStream in) throws IOException {
    duplicate = false;
    clearId();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case AckEvent.MESSAGE_ID_FIELD_NUMBER -> id(in);
        case AckEvent.SEQUENCE_FIELD_NUMBER -> sequence = in.readInt64();
        case AckEvent.DUPLICATE_FIELD_NUMBER -> duplicate = in.readBool();
        default -> in.skipField(tag);
      }
    }
  }

  private void clearId() {
    id = 0;
    sentNanos = -1;
  }

  private void id(CodedInputStream in) throws IOException {
    int length = in.readRawVarint32();
    int at = in.getTotalBytesRead();
    in.skipRawBytes(length);
    id = Bytes.hash(bytes, at, length);
    sentNanos =
        length == MessageTemplate.ID_CHARS ? Bytes.hex(bytes, at, MessageTemplate.TIME_DIGITS) : -1;
  }

  private long hash(CodedInputStream in) throws IOException {
    int length = in.readRawVarint32();
    int at = in.getTotalBytesRead();
    in.skipRawBytes(length);
    return Bytes.hash(bytes, at, length);
  }
}
