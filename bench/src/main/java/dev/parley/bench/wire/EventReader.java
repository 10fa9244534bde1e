package dev.parley.bench.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import java.io.IOException;
import java.util.Arrays;

/// Reads the events of a frame, alone or in batches, in place: of messages and acks only what is
/// checked and measured, and without an object for any of them. Also reads the classic
/// `chat.ChatEvent`, which is a part of it. Owned by one thread.
///
/// A server sends the same batch to many streams. So the last one is kept with what it says, and
/// where the next frame has the very same bytes, that is told again.
public final class EventReader {
  /// Longest batch that is kept.
  private static final int MAX_KEPT_BYTES = 256 << 10;

  /// Numbers that a message comes to.
  private static final int NUMBERS = 4;

  private byte[] bytes = new byte[0];

  private byte[] kept = new byte[0];

  /// 0: none is kept.
  private int keptLength;

  /// What is told of the messages of the batch that is kept, or is being read.
  private long[] numbers = new long[NUMBERS];

  private int count;

  /// Whether what is being read has had messages only.
  private boolean messagesOnly;

  private long room;
  private long sequence;
  private long id;
  private long content;
  private long sentNanos;
  private boolean duplicate;

  /// Reads one frame.
  ///
  /// @param sink told of each event
  /// @throws IOException if the bytes are no `ChatEvent`
  public void read(byte[] frame, int length, EventSink sink) throws IOException {
    if (length > 0 && Arrays.equals(frame, 0, length, kept, 0, keptLength)) {
      tellKept(sink);
      return;
    }
    bytes = frame;
    CodedInputStream in = CodedInputStream.newInstance(frame, 0, length);
    boolean batch =
        length > 0
            && WireFormat.getTagFieldNumber(peek(frame, length)) == ChatEvent.BATCH_FIELD_NUMBER;
    messagesOnly = batch && length <= MAX_KEPT_BYTES;
    if (batch) {
      keptLength = 0;
      count = 0;
      batch(in, sink);
      keep(frame, length);
    } else {
      event(in, 0, length, sink);
    }
  }

  private void keep(byte[] frame, int length) {
    if (messagesOnly) {
      if (kept.length < length) {
        kept = new byte[length];
      }
      System.arraycopy(frame, 0, kept, 0, length);
      keptLength = length;
    }
  }

  private void tellKept(EventSink sink) {
    for (int i = 0; i < count; i += NUMBERS) {
      sink.message(numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3]);
    }
  }

  private void tellMessage(EventSink sink) {
    long hash = Bytes.mix(id, content);
    if (messagesOnly) {
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * count);
      }
      numbers[count++] = room;
      numbers[count++] = sequence;
      numbers[count++] = hash;
      numbers[count++] = sentNanos;
    }
    sink.message(room, sequence, hash, sentNanos);
  }

  private static int peek(byte[] frame, int length) throws IOException {
    return CodedInputStream.newInstance(frame, 0, length).readTag();
  }

  private void batch(CodedInputStream in, EventSink sink) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == ChatEvent.BATCH_FIELD_NUMBER) {
        int length = in.readRawVarint32();
        int limit = in.pushLimit(length);
        event(in, in.getTotalBytesRead(), length, sink);
        in.popLimit(limit);
      } else {
        in.skipField(tag);
      }
    }
  }

  private void event(CodedInputStream in, int start, int length, EventSink sink)
      throws IOException {
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
    tell(kind, start, length, sink);
  }

  private void tell(int kind, int start, int length, EventSink sink) throws IOException {
    messagesOnly &= kind == ChatEvent.MESSAGE_FIELD_NUMBER;
    switch (kind) {
      case ChatEvent.MESSAGE_FIELD_NUMBER -> tellMessage(sink);
      case ChatEvent.ACK_FIELD_NUMBER -> sink.ack(id, sequence, duplicate, sentNanos);
      case ChatEvent.USER_TYPING_FIELD_NUMBER -> sink.signal(Signal.TYPING);
      case ChatEvent.MESSAGE_READ_FIELD_NUMBER -> sink.signal(Signal.RECEIPT);
      case ChatEvent.USER_JOINED_FIELD_NUMBER,
          ChatEvent.USER_LEFT_FIELD_NUMBER,
          ChatEvent.PRESENCE_FIELD_NUMBER,
          ChatEvent.USER_STATUS_FIELD_NUMBER ->
          sink.signal(Signal.PRESENCE);
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
