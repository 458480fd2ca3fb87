import { expect } from "chai";
import { sizes } from "../../components/workload";
import { taskSize } from "../../providers/aws/task-size";

describe("task size on aws", () => {
    it("has every size of a single container as it is", () => {
        for (const [cpu, [least, most, step]] of Object.entries(sizes)) {
            for (let memory = least; memory <= most; memory += step)
                expect(taskSize(Number(cpu), memory), `${cpu} ${memory}`).to.deep.equal({
                    cpu: Number(cpu) * 1024,
                    memory,
                });
        }
    });

    it("takes the next one for several containers together", () => {
        expect(taskSize(1.5, 4096)).to.deep.equal({ cpu: 2048, memory: 4096 });
        expect(taskSize(0.25, 1024)).to.deep.equal({ cpu: 256, memory: 1024 });
        expect(taskSize(0.25, 1500)).to.deep.equal({ cpu: 256, memory: 2048 });
        expect(taskSize(0.25, 2049)).to.deep.equal({ cpu: 512, memory: 3072 });
        expect(taskSize(8, 62000)).to.deep.equal({ cpu: 16384, memory: 65536 });
        expect(taskSize(17, 1024)).to.equal(undefined);
        expect(taskSize(1, 200000)).to.equal(undefined);
    });
});
