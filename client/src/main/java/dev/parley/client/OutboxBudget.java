package dev.parley.client;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// How much the outbox may hold. Thread-safe.
///
/// A single request larger than the whole budget is taken when the outbox is empty; otherwise it
/// could never be sent.
final class OutboxBudget {

  private final int maxMessages;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition released = lock.newCondition();
  private int messages;
  private long bytes;

  OutboxBudget(int maxMessages, long maxBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  /// Takes room for one request.
  ///
  /// @throws OutboxFullException if there is none
  void reserve(int requestBytes) {
    lock.lock();
    try {
      if (!fits(requestBytes)) {
        throw new OutboxFullException(messages, maxMessages, bytes, maxBytes);
      }
      take(requestBytes);
    } finally {
      lock.unlock();
    }
  }

  /// Takes room for one request as soon as there is some.
  void reserveBlocking(int requestBytes) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!fits(requestBytes)) {
        released.await();
      }
      take(requestBytes);
    } finally {
      lock.unlock();
    }
  }

  void release(int requestBytes) {
    lock.lock();
    try {
      messages--;
      bytes -= requestBytes;
      released.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(int requestBytes) {
    return messages == 0 || (messages < maxMessages && bytes + requestBytes <= maxBytes);
  }

  private void take(int requestBytes) {
    messages++;
    bytes += requestBytes;
  }
}
