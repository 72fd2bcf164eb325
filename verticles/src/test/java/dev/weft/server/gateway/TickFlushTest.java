package dev.weft.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TickFlushTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<Object> written = new ArrayList<>();
    private int flushes;

    private void install() {
        TickFlush.install(channel.pipeline());
        channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            // An embedded channel runs its tasks at every write that reaches it, as no real one does.
            @Override
            public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                written.add(message);
                promise.setSuccess();
            }

            @Override
            public void flush(ChannelHandlerContext context) {
                flushes++;
            }
        });
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void flushesOnceWhatIsWrittenInOneTick() {
        install();
        for (int i = 0; i < 100; i++) {
            channel.pipeline().writeAndFlush("message");
        }
        assertThat(flushes).isZero();
        channel.runPendingTasks();
        assertThat(flushes).isEqualTo(1);
        assertThat(written).hasSize(100);
        channel.pipeline().writeAndFlush("in the next tick");
        channel.runPendingTasks();
        assertThat(flushes).isEqualTo(2);
    }

    @Test
    void doesNotKeepManyMessagesWaiting() {
        install();
        for (int i = 0; i < TickFlush.MESSAGES_MAX; i++) {
            channel.pipeline().writeAndFlush("message");
        }
        assertThat(flushes).isEqualTo(1);
    }
}
